import { useAnswer, useThrottle } from "./answer.ts";
import { CallActions } from "./CallActions.tsx";
import { HandOffCard, QualityCard, WebexCard } from "./CallCards.tsx";
import { CallEvents, CallLines } from "./CallRecords.tsx";
import type { CallFact, LogFact } from "./facts.ts";
import { moveAmongRows, useKeys } from "./keys.ts";
import { legible, legibleText } from "./legible.ts";
import { useLive } from "./live.ts";
import { useNow } from "./now.ts";
import { type Address, definePage, type PageProps } from "./page.ts";
import { Figure, Panel, Standing } from "./parts.tsx";
import { Recordings } from "./Recordings.tsx";
import { Lasting, showMs, Time } from "./Time.tsx";
import { TurnTable } from "./TurnTable.tsx";
import { Waterfall } from "./Waterfall.tsx";

interface Facts {
  readonly call: CallFact;
  readonly logs: { readonly lines: readonly LogFact[] };
}

/** How soon after something happened in the call its facts are asked for again, at most, in ms. */
const SOON_MS = 400;

export const Call = definePage<Facts>({
  path: "/calls/:call_id",
  title: ({ params }) => `Call ${legible(params.call_id!)}`,
  asks: (address) => ({ call: factPath(address), logs: logPath(address) }),
  live: ({ facts: { call } }) =>
    call.ok
      ? `${new URLSearchParams({ topics: "call", call: call.value.call.call_id, org: call.value.call.org_id })}`
      : "topics=overview",
  View,
});

function factPath({ params, search }: Address, more = ""): string {
  return `/api/calls/${encodeURIComponent(params.call_id!)}${more}${search}`;
}

function logPath({ params }: Address): string {
  return `/api/logs?${new URLSearchParams({ call: params.call_id!, limit: "200" })}`;
}

function View({ facts, address }: PageProps<Facts>) {
  const [call, askCall] = useAnswer(facts.call, factPath(address));
  const [logs, askLogs] = useAnswer(facts.logs, logPath(address));
  const ask = useThrottle(() => {
    askCall();
    askLogs();
  }, SOON_MS);
  useLive("happened", ask);
  useKeys([
    { keys: "j", does: "next turn", act: () => moveAmongRows(1) },
    { keys: "k", does: "turn before", act: () => moveAmongRows(-1) },
  ]);
  if (!call.ok) {
    return (
      <>
        <Back />
        <div class="page-head">
          <h1>Call</h1>
        </div>
        <p class="problem">{legibleText(call.problem)}</p>
      </>
    );
  }
  return <Known fact={call.value} lines={logs.ok ? logs.value.lines : []} address={address} />;
}

function Known({ fact, lines, address }: { fact: CallFact; lines: readonly LogFact[]; address: Address }) {
  const { call, turns } = fact;
  const { now } = useNow();
  const live = call.state === "live";
  return (
    <>
      <Back />
      <div class="page-head">
        <h1 class="mono call-id">{legible(call.call_id)}</h1>
        <Standing call={call} />
        {call.code !== null && <span class="badge bad mono">{legible(call.code)}</span>}
        <div class="actions">
          {live && <CallActions call={call} />}
          <a class="button" href={factPath(address, "/download")} download>Download everything</a>
        </div>
      </div>
      <p class="call-line">
        {`${legible(call.agent_id)} · started `}
        <Time at={call.started_at} of="date" />
        {call.ended_at && (
          <>
            {" · ended "}
            <Time at={call.ended_at} of="date" />
          </>
        )}
        {call.reason && ` · reason: ${legibleText(call.reason.replaceAll("_", " "))}`}
      </p>
      <dl class="figures">
        <Figure name="Lasted">
          <Lasting ms={call.duration_ms} since={live ? call.started_at : undefined} />
        </Figure>
        <Figure name="Turns">{call.turns}</Figure>
        <Figure name="Median wait for the agent">{showMs(call.median_wait_ms)}</Figure>
        <Figure name="Longest wait for the agent">{showMs(call.longest_wait_ms)}</Figure>
      </dl>
      <Panel title="Turns and waits">
        {turns.length === 0
          ? <p class="empty">{live ? "No turn has been opened yet." : "Nothing is known of its turns."}</p>
          : (
            <>
              <Waterfall turns={turns} now={live ? now - Date.parse(call.started_at) : undefined} />
              <TurnTable turns={turns} />
            </>
          )}
      </Panel>
      <Recordings recordings={fact.recordings} kept={fact.keeps.recordings} turns={turns} live={live} />
      <div class="columns">
        <HandOffCard fact={fact} />
        <WebexCard fact={fact} />
      </div>
      <QualityCard turns={turns} />
      <CallLines lines={lines} callId={call.call_id} />
      <CallEvents events={fact.events} />
    </>
  );
}

function Back() {
  return (
    <p class="small">
      <a href="/calls">← All calls</a>
    </p>
  );
}
