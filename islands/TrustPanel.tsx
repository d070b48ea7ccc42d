import type { StatusFact, TrustFact } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { Fact, Panel } from "./parts.tsx";
import { useNow } from "./now.ts";
import { Ago } from "./Time.tsx";
import { humanDuration } from "../src/lib/duration.ts";

/** A certificate that ends sooner than this, in days, should be looked at. */
const FEW_DAYS = 14;

/** What stands in front of the ports, and the registration with Webex. */
export function TrustPanel({ trust, source }: { trust: TrustFact; source: StatusFact["data_source"] }) {
  return (
    <Panel title="Trust">
      <dl class="facts body">
        <Fact name="Webex tokens">
          <span class={trust.tokens === "enforced" ? "good" : trust.tokens === "reported" ? "warn" : "quiet"}>
            {trust.tokens}
          </span>
        </Fact>
        {trust.certificates.map(({ on, subject, days_left }) => (
          <Fact key={on} name={`Certificate, ${on}`}>
            <span class={days_left < FEW_DAYS ? "bad" : undefined}>{`${days_left} days left`}</span>
            <span class="quiet">{` ${legible(subject)}`}</span>
          </Fact>
        ))}
        {source && <DataSource source={source} />}
      </dl>
    </Panel>
  );
}

function DataSource({ source }: { source: NonNullable<StatusFact["data_source"]> }) {
  const { now } = useNow();
  const { state, message, id, expires_at, last_renewal, next_attempt, last_error } = source;
  const well = state === "active" || state === "starting";
  const word = state.replace("_", " ");
  const ahead = (at: string | null) =>
    at && (Date.parse(at) > now ? `in ${humanDuration(Date.parse(at) - now)}` : "now");
  return (
    <>
      <Fact name="Data source">{id}</Fact>
      <Fact name="Registration">
        <span class={well ? "good" : "bad"}>{well ? word : `${word}: ${legibleText(message)}`}</span>
      </Fact>
      <Fact name="Token ends">{ahead(expires_at)}</Fact>
      <Fact name="Renewed">{last_renewal && <Ago at={last_renewal} />}</Fact>
      <Fact name="Last error">
        {last_error && (
          <span class="bad">
            {`${legible(last_error.code)} `}
            <Ago at={last_error.at} />
          </span>
        )}
      </Fact>
      <Fact name="Next attempt">{ahead(next_attempt)}</Fact>
    </>
  );
}
