import { useAnswer, useEvery, useThrottle } from "./answer.ts";
import type { CallPage, Overview as OverviewFact, StatusFact, TrustFact } from "./facts.ts";
import { legibleText } from "./legible.ts";
import { useLive } from "./live.ts";
import { ConnectorList, LastCalls, LastErrors } from "./OverviewLists.tsx";
import { useNow } from "./now.ts";
import { definePage, type PageProps } from "./page.ts";
import { Figure, percent } from "./parts.tsx";
import { useHouse, useMoves } from "./Shell.tsx";
import { Ago, Lasting, showMs } from "./Time.tsx";
import { Trends } from "./Trends.tsx";
import { TrustPanel } from "./TrustPanel.tsx";

interface Facts {
  readonly overview: OverviewFact;
  readonly calls: CallPage;
  readonly trust: TrustFact;
  readonly status: StatusFact;
}

const LAST_CALLS = "/api/calls?limit=8";
/** How often numbers are asked for again: at most, while calls come and go, and at least. */
const SOON_MS = 3000;
const AT_LEAST_MS = 15_000;

export const Overview = definePage<Facts>({
  path: "/",
  nav: { label: "Overview", key: "o" },
  title: () => "Overview",
  asks: () => ({ overview: "/api/overview", calls: LAST_CALLS, trust: "/api/trust", status: "/api/status" }),
  live: () => "topics=overview,alerts",
  View,
});

function View({ facts }: PageProps<Facts>) {
  const house = useHouse();
  const [overview, askOverview] = useAnswer(facts.overview, overviewPath(useNow()));
  const [calls, askCalls] = useAnswer(facts.calls, LAST_CALLS);
  const [trust] = useAnswer(facts.trust, "/api/trust");
  const [status] = useAnswer(facts.status, "/api/status");
  const refresh = useThrottle(() => {
    askOverview();
    askCalls();
  }, SOON_MS);
  useMoves(refresh);
  useLive("alerts", refresh);
  useEvery(AT_LEAST_MS, refresh);
  return (
    <>
      <div class="page-head">
        <h1>Overview</h1>
        <p class="quiet">
          {house.state === "serving" ? `${legibleText(house.why)} · up ` : "up "}
          <Lasting ms={0} since={house.started_at} />
        </p>
      </div>
      {overview.ok ? <Notices overview={overview.value} /> : <p class="problem">{legibleText(overview.problem)}</p>}
      {overview.ok && <Figures overview={overview.value} live={house.live_calls} />}
      {overview.ok && <Trends {...overview.value.trends} />}
      {calls.ok && <LastCalls calls={calls.value.calls} />}
      <div class="columns">
        {overview.ok && <ConnectorList connectors={overview.value.connectors} />}
        <div class="stack">
          {overview.ok && <LastErrors errors={overview.value.last_errors} />}
          {trust.ok && status.ok && <TrustPanel trust={trust.value} source={status.value.data_source} />}
        </div>
      </div>
    </>
  );
}

/** "Today" is the visitor's, once the page knows which that is. */
function overviewPath({ local, now }: { local: boolean; now: number }): string {
  if (!local) return "/api/overview";
  const midnight = new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
  return `/api/overview?${new URLSearchParams({ midnight })}`;
}

/** Alerts that are told before the numbers; the others are counted. */
const MOST_ALERTS = 4;

/** What somebody should look at before the numbers. */
function Notices({ overview: { state, why, alerts, store, warnings } }: { overview: OverviewFact }) {
  const firing = alerts.filter((alert) => alert.state === "firing");
  const more = firing.length - MOST_ALERTS;
  return (
    <div class="notices">
      {state !== "serving" && (
        <p class={state === "not serving" ? "problem" : "notice"}>
          <strong>{state}</strong>
          {`: ${legibleText(why)}`}
        </p>
      )}
      {firing.slice(0, MOST_ALERTS).map(({ id, severity, message, since }) => (
        <p key={id} class={severity === "critical" ? "problem" : "notice"}>
          <a href="/alerts">{legibleText(message)}</a> <Ago at={since} />
        </p>
      ))}
      {more > 0 && (
        <p class="notice">
          <a href="/alerts">{more === 1 ? "1 more alert" : `${more} more alerts`}</a>
        </p>
      )}
      {store.state === "degraded" && (
        <p class="notice">{`What happens is not all remembered: ${legibleText(store.why)}`}</p>
      )}
      {warnings.length > 0 && (
        <details class="notice">
          <summary>{warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`} of the configuration</summary>
          <ul>{warnings.map((warning) => <li key={warning}>{legibleText(warning)}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

function Figures({ overview, live }: { overview: OverviewFact; live: number }) {
  const { calls_today, answer_rate, failure_rate, latency } = overview;
  return (
    <dl class="figures">
      <Figure name="Live calls">
        <a href="/calls?state=live">{live}</a>
      </Figure>
      <Figure name="Calls today">{calls_today}</Figure>
      <Figure name="Answered" more="last hour">{percent(answer_rate)}</Figure>
      <Figure name="Failed" more="last hour" tone={failure_rate ? "bad" : undefined}>{percent(failure_rate)}</Figure>
      <Figure name="Wait, median" more="last hour">{showMs(latency.p50_ms)}</Figure>
      <Figure name="Wait, 95 %" more="last hour">{showMs(latency.p95_ms)}</Figure>
    </dl>
  );
}
