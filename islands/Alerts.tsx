import { AlertRules } from "./AlertRules.tsx";
import { type Column, DataTable } from "./DataTable.tsx";
import { useAnswer, useEvery, useThrottle } from "./answer.ts";
import { withParams } from "./call_query.ts";
import { csvLine } from "./csv.ts";
import type { AlertFact, DeedFact, Overview, SettingFact } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { useLive } from "./live.ts";
import { definePage, type PageProps } from "./page.ts";
import { Panel } from "./parts.tsx";
import { save } from "./save.ts";
import { useSearch } from "./search.ts";
import { Ago, Time } from "./Time.tsx";

interface Facts {
  readonly overview: Overview;
  readonly alerts: { readonly alerts: readonly AlertFact[] };
  readonly audit: { readonly deeds: readonly DeedFact[] };
  readonly configuration: { readonly settings: readonly SettingFact[] };
}

const ASKS = {
  overview: "/api/overview",
  alerts: "/api/alerts?limit=500",
  audit: "/api/audit?limit=100",
  configuration: "/api/configuration",
};
/** How often the page asks at most while alerts come and go, and at least, in ms. */
const SOON_MS = 1000;
const AT_LEAST_MS = 15_000;

/** What is wrong now, what was, who did what, and by which rules. */
export const Alerts = definePage<Facts>({
  path: "/alerts",
  nav: { label: "Alerts", key: "w" },
  title: () => "Alerts",
  asks: () => ASKS,
  live: () => "topics=alerts,overview",
  View,
});

const HISTORY: readonly Column<AlertFact>[] = [
  { name: "since", label: "Since", value: ({ since }) => since, cell: ({ since }) => <Time at={since} of="date" /> },
  {
    name: "rule",
    label: "Rule",
    wide: true,
    value: ({ rule }) => rule,
    cell: ({ rule }) => <span class="mono">{legible(rule)}</span>,
  },
  {
    name: "message",
    label: "What",
    wide: true,
    value: ({ message }) => message,
    cell: ({ message }) => legibleText(message),
  },
  { name: "severity", label: "Severity", value: ({ severity }) => severity, cell: ({ severity }) => severity },
  {
    name: "resolved_at",
    label: "Resolved",
    value: ({ resolved_at }) => resolved_at,
    cell: ({ resolved_at }) =>
      resolved_at === null ? <span class="badge bad">firing</span> : <Time at={resolved_at} of="date" />,
  },
  {
    name: "delivery",
    label: "Webhook",
    value: ({ delivery }) => delivery,
    cell: ({ delivery }) => <span class={delivery === "failed" ? "bad" : undefined}>{delivery}</span>,
  },
];

const TRAIL: readonly Column<DeedFact>[] = [
  { name: "at", label: "When", value: ({ at }) => at, cell: ({ at }) => <Time at={at} of="date" /> },
  { name: "who", label: "Who", value: ({ who }) => who, cell: ({ who }) => legible(who) },
  { name: "via", label: "Known by", value: ({ via }) => via, cell: ({ via }) => legible(via) },
  { name: "about", label: "What", wide: true, value: ({ about }) => about, cell: ({ about }) => legibleText(about) },
];

function View({ facts, address }: PageProps<Facts>) {
  const [search, go] = useSearch(address.search);
  const [overview, askOverview] = useAnswer(facts.overview, ASKS.overview);
  const [alerts, askAlerts] = useAnswer(facts.alerts, ASKS.alerts);
  const [audit, askAudit] = useAnswer(facts.audit, ASKS.audit);
  const [configuration] = useAnswer(facts.configuration, ASKS.configuration);
  const soon = useThrottle(() => {
    askOverview();
    askAlerts();
    askAudit();
  }, SOON_MS);
  useLive("alerts", soon);
  useEvery(AT_LEAST_MS, soon);
  const rule = new URLSearchParams(search).get("rule") ?? "";
  const history = alerts.ok ? alerts.value.alerts : [];
  const shown = history.filter((alert) => rule === "" || alert.rule === rule);
  return (
    <>
      <div class="page-head">
        <h1>Alerts</h1>
        <div class="actions">
          <button type="button" class="button" onClick={() => save("alerts.csv", "text/csv", csvOf(shown))}>CSV</button>
        </div>
      </div>
      {overview.ok && <Firing alerts={overview.value.alerts} />}
      <Panel
        title="History"
        aside={
          <select
            aria-label="Rule"
            value={rule}
            onChange={({ currentTarget }) => go(withParams(location.search, { rule: currentTarget.value }))}
          >
            <option value="">every rule</option>
            {[...new Set([...history.map((alert) => alert.rule), ...rule === "" ? [] : [rule]])].sort().map((each) => (
              <option key={each} value={each}>{legible(each)}</option>
            ))}
          </select>
        }
      >
        {!alerts.ok ? <p class="empty">{legibleText(alerts.problem)}</p> : shown.length === 0
          ? (
            <p class="empty">
              {rule === "" ? "No alert has fired." : (
                <>
                  No alert is of this rule. <a href="/alerts">Show all alerts</a>
                </>
              )}
            </p>
          )
          : <DataTable label="History" columns={HISTORY} rows={shown} keyOf={({ id }) => id} usual="-since" />}
      </Panel>
      {configuration.ok && <AlertRules settings={configuration.value.settings} />}
      <Panel title="Who did what">
        {!audit.ok
          ? <p class="empty">{legibleText(audit.problem)}</p>
          : audit.value.deeds.length === 0
          ? <p class="empty">Nobody has acted from the dashboard yet.</p>
          : (
            <DataTable
              label="Who did what"
              columns={TRAIL}
              rows={audit.value.deeds}
              keyOf={({ at, who, about }) => `${at} ${who} ${about}`}
              usual="-at"
            />
          )}
      </Panel>
    </>
  );
}

function Firing({ alerts }: { alerts: readonly AlertFact[] }) {
  return (
    <Panel title="Now">
      {alerts.length === 0 ? <p class="empty">Nothing is wrong.</p> : (
        <ul class="list">
          {alerts.map(({ id, rule, severity, message, since, delivery }) => (
            <li key={id}>
              <div class="list-head">
                <strong>{legibleText(message)}</strong>
                <span class={`badge ${severity === "critical" ? "bad" : "warn"}`}>{severity}</span>
              </div>
              <p class="small">
                <span class="mono">{legible(rule)}</span>
                {" · "}
                <Ago at={since} />
                {delivery !== "none" && ` · webhook: ${delivery}`}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function csvOf(alerts: readonly AlertFact[]): string {
  const names = ["id", "rule", "severity", "state", "message", "value", "since", "resolved_at", "delivery"] as const;
  return [csvLine(names), ...alerts.map((alert) => csvLine(names.map((name) => alert[name])))].join("");
}
