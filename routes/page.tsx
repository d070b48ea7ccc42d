import type { ComponentChildren } from "preact";
import type { CallOutcome, FinishedCall } from "../src/call/event.ts";
import { FEW_DAYS } from "../src/lib/certificate.ts";
import { humanDuration } from "../src/lib/duration.ts";
import { type House, type Registration, stateOf } from "./house.ts";
import { legible } from "./legible.ts";
import { Ago, type Cell, Table } from "./table.tsx";

/** How many live calls are shown: the page is made between two audio frames of every call. */
const MOST_LIVE = 100;
/** How many finished calls are shown. */
const MOST_FINISHED = 20;

const OUTCOME: { readonly [O in CallOutcome]: string } = {
  transferred: "handed to a human",
  agent_failed: "agent failed, handed to a human",
  ended_by_agent: "ended by the agent",
  caller_hung_up: "caller hung up",
  timed_out: "timed out",
  gateway_stopped: "cut short: gateway stopped",
  ended_by_operator: "ended from the dashboard",
  transferred_by_operator: "transferred from the dashboard",
};

/** The page at `/`: what the gateway is doing now, without a script. `renewSeconds`: 0 for a page that stands still. */
export function Page({ house, renewSeconds }: { house: House; renewSeconds: number }) {
  const { state, why } = stateOf(house);
  const now = house.clock.date();
  const live = house.switchboard.calls();
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        {renewSeconds > 0 && <meta http-equiv="refresh" content={`${renewSeconds}`} />}
        <meta name="color-scheme" content="light dark" />
        <title>{`BYOVA gateway: ${state}, ${live.length} live`}</title>
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <header>
          <h1>BYOVA gateway</h1>
          <p class={`state ${state.replace(" ", "-")}`}>
            <strong>{state}</strong> {legible(why)}
          </p>
          <p class="quiet">
            {`Up ${humanDuration(now - house.startedAt)} · version ${house.version} · gRPC on `}
            {`${house.grpc.host}:${house.grpc.port}`}
          </p>
          <Renewal seconds={renewSeconds} now={now} />
        </header>
        <main>
          <Numbers house={house} live={live.length} />
          {house.warnings.length > 0 && (
            <section class="warnings">
              <h2>Warnings</h2>
              <ul>{house.warnings.map((warning) => <li key={warning}>{warning}</li>)}</ul>
            </section>
          )}
          {house.registration && <DataSource known={house.registration()} now={now} />}
          <Table
            title="Live calls"
            head={["Call", "Agent", "Organization", "Began", "Turns"]}
            rows={live.slice(0, MOST_LIVE).map(({ call, startedAt, turns }) => [
              call.id,
              call.agentId,
              call.orgId,
              <Ago key="began" at={startedAt} now={now} />,
              turns,
            ])}
            note={live.length > MOST_LIVE
              ? `The ${MOST_LIVE} oldest of ${live.length}; all of them are at /api/connections`
              : undefined}
          >
            No calls right now. To make one, run <code>{callCommand(house)}</code> in a terminal, or let the gateway
            {" "}
            <a href="/api/test/create-session">make a trial call</a> by itself.
          </Table>
          <Table
            title="Last calls"
            head={["Call", "Agent", "Ended", "Lasted", "Outcome", "Reason"]}
            rows={house.history.calls.slice(-MOST_FINISHED).toReversed().map((call) => [
              call.callId,
              call.agentId,
              <Ago key="ended" at={call.endedAt} now={now} />,
              humanDuration(call.endedAt - call.startedAt),
              outcomeOf(call),
              call.reason.replaceAll("_", " "),
            ])}
          >
            No call has ended yet. The last {MOST_FINISHED} will be listed here, the newest first.
          </Table>
          <Table title="Agents" head={["Agent id", "Name", "Connector", "State"]} rows={agentRows(house)}>
            No connector is configured, so every call is refused. Add one under <code>connectors</code>{" "}
            in the configuration and start the gateway again.
          </Table>
        </main>
        <footer>
          <nav aria-label="Data">
            {LINKS.map((path) => <a key={path} href={path}>{path}</a>)}
          </nav>
        </footer>
      </body>
    </html>
  );
}

function Renewal({ seconds, now }: { seconds: number; now: number }) {
  const time = `${new Date(now).toISOString().slice(11, 19)} UTC`;
  return (
    <nav class="renewal" aria-label="Renewal of this page">
      <span>{seconds > 0 ? `Renewed every ${seconds} s, last at ${time}` : `Paused at ${time}`}</span>
      {seconds > 0 && <a href="/?refresh=off">Pause</a>}
      {seconds === 0 && <a href="/?refresh=off">Look again</a>}
      {seconds !== 5 && <a href="/">Every 5 s</a>}
      {seconds !== 30 && <a href="/?refresh=30">Every 30 s</a>}
    </nav>
  );
}

function Numbers({ house, live }: { house: House; live: number }) {
  const { outcomes } = house.history;
  const failed = outcomes.get("agent_failed") ?? 0;
  return (
    <dl>
      <Fact term="Live calls" more={`of ${house.switchboard.limits.maxCalls}`}>{live}</Fact>
      <Fact term="Calls since start">{house.switchboard.opened}</Fact>
      <Fact term="Ended by the agent">{outcomes.get("ended_by_agent") ?? 0}</Fact>
      <Fact term="Handed to a human">{outcomes.get("transferred") ?? 0}</Fact>
      <Fact term="Caller hung up">{outcomes.get("caller_hung_up") ?? 0}</Fact>
      <Fact term="Agent failed" alarm={failed > 0}>{failed}</Fact>
      <Fact term="Webex tokens" alarm={house.trust.tokens === "reported"}>{house.trust.tokens}</Fact>
      {house.trust.certificates().map(({ on, daysLeft }) => (
        <Fact key={on} term={`Certificate, ${on}`} more="days left" alarm={daysLeft < FEW_DAYS}>{daysLeft}</Fact>
      ))}
    </dl>
  );
}

function Fact({ term, more = "", alarm = false, children }: {
  term: string;
  more?: string;
  alarm?: boolean;
  children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{term}</dt>
      <dd class={alarm ? "alarm" : undefined}>
        {children} {more && <small>{more}</small>}
      </dd>
    </div>
  );
}

/** Where the same is told to programs. */
const LINKS = [
  "/api/status",
  "/api/connections",
  "/api/config",
  "/api/trust",
  "/api/debug/sessions",
  "/metrics",
  "/health",
];

/** The registration with Webex: in one row, what state it is in and what comes next. */
function DataSource({ known, now }: { known: Registration; now: number }) {
  const { state, why, id, expiresAt, renewedAt, nextAttemptAt, lastError } = known;
  const ahead = (at: number | undefined) => at === undefined ? "–" : at > now ? `in ${humanDuration(at - now)}` : "now";
  const past = (at: number | undefined) => at === undefined ? "–" : <Ago at={at} now={now} />;
  const word = state.replace("_", " ");
  return (
    <Table
      title="Data source"
      head={["Id", "State", "Token ends", "Renewed", "Last error", "Next attempt"]}
      rows={[[
        id ?? "–",
        state === "active" || state === "starting" ? word : <span key="state" class="alarm">{`${word}: ${why}`}</span>,
        expiresAt !== undefined && expiresAt <= now ? past(expiresAt) : ahead(expiresAt),
        past(renewedAt),
        lastError ? <span key="error">{lastError.code} {past(lastError.at)}</span> : "–",
        ahead(nextAttemptAt),
      ]]}
    >
      Nothing is known yet.
    </Table>
  );
}

function outcomeOf(call: FinishedCall): Cell {
  const words = OUTCOME[call.outcome];
  return call.outcome === "agent_failed" ? <span class="alarm">{words}</span> : words;
}

/** Every agent, and every connector that offers none. */
function agentRows({ directory }: House): Cell[][] {
  const states = new Map(directory.states().map((state) => [state.id, state]));
  const agents = directory.list().map(({ id, name, connector }): Cell[] => {
    const failure = states.get(connector.id)?.failure;
    return [id, name, connector.id, failure === undefined ? "ready" : <Failing key="state" failure={failure} />];
  });
  const silent = directory.states().filter(({ agents }) => agents.length === 0).map(({ id, failure }): Cell[] => {
    return ["–", "–", id, <Failing key="state" failure={failure ?? "offers no agent"} />];
  });
  return [...agents, ...silent];
}

function Failing({ failure }: { failure: string }) {
  return <span class="alarm">{legible(failure)}</span>;
}

function callCommand({ grpc: { host, port } }: House): string {
  return port === 50051
    ? "deno task call"
    : `deno task call --target ${host === "0.0.0.0" ? "127.0.0.1" : host}:${port}`;
}
