import { humanDuration } from "../src/lib/duration.ts";
import { type AlertRule, brokenWhen, leftToDefault } from "./alert_rule.ts";
import type { SettingFact } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { Panel } from "./parts.tsx";

/** When an alert fires and when it is over, rule by rule, where that was said, and whether anybody is told. */
export function AlertRules({ settings }: { settings: readonly SettingFact[] }) {
  const of = (key: string) => settings.find((setting) => setting.key === key);
  const rules = of("alerts.rules");
  return (
    <Panel title="Rules" aside={<a href="/configuration?text=alerts.">In the configuration</a>}>
      <p class="body small">
        {of("alerts.enabled")?.value === false
          ? "Nothing is watched: alerts.enabled is false."
          : of("alerts.webhook.url")?.value
          ? `Alerts are shown here, logged, and posted to alerts.webhook.url (${of("alerts.webhook.url")!.from}).`
          : "Alerts are shown here and logged. Set alerts.webhook.url to have them posted to you as well."}
      </p>
      {rules && Array.isArray(rules.value) && (rules.value.length === 0
        ? <p class="empty">No rule holds: alerts.rules ({legibleText(rules.from)}) is empty.</p>
        : <RuleTable rules={rules.value} each={rules.each ?? []} from={rules.from} />)}
    </Panel>
  );
}

function RuleTable({ rules, each, from }: {
  rules: readonly AlertRule[];
  each: NonNullable<SettingFact["each"]>;
  from: string;
}) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Rules of alerts">
      <table class="cards">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Broken when</th>
            <th scope="col">Severity</th>
            <th scope="col" class="number">Fires after</th>
            <th scope="col" class="number">Over after</th>
            <th scope="col" class="number">Quiet for</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule, at) => (
            <tr key={rule.name}>
              <th scope="row" class="wide-cell mono">{legible(rule.name)}</th>
              <td class="wide-cell">{legibleText(brokenWhen(rule))}</td>
              <td data-label="Severity">{rule.severity}</td>
              <td data-label="Fires after" class="number">{lasting(rule.for_seconds)}</td>
              <td data-label="Over after" class="number">{lasting(rule.resolve_seconds)}</td>
              <td data-label="Quiet for" class="number">{lasting(rule.quiet_minutes * 60)}</td>
              <td class="wide-cell">
                <Origins rule={rule} set={each[at] ?? {}} from={from} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Where a rule stands, and which of its values nobody has set. */
function Origins({ rule, set, from }: { rule: AlertRule; set: Readonly<Record<string, string>>; from: string }) {
  if (set.name === undefined) return <span class="quiet">{legibleText(from)}</span>;
  const usual = leftToDefault(rule, set);
  return (
    <span>
      {legibleText(set.name)}
      {usual.length > 0 && <span class="quiet small">{` · default: ${usual.join(", ")}`}</span>}
    </span>
  );
}

function lasting(seconds: number): string {
  return seconds === 0 ? "at once" : humanDuration(seconds * 1000);
}
