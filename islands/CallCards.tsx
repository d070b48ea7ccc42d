import { audioVerdict } from "./audio_verdict.ts";
import type { CallFact, TurnFact } from "./facts.ts";
import { legibleLines } from "./legible.ts";
import { Fact, Panel } from "./parts.tsx";
import { QualityTable } from "./TurnTable.tsx";

/** What the human agent sees when the call comes. */
export function HandOffCard({ fact: { hand_off, keeps, call } }: { fact: CallFact }) {
  return (
    <Panel title="Hand-off">
      {hand_off === null
        ? <p class="empty">{call.state === "live" ? "The agent has the call." : "The call was not handed on."}</p>
        : (
          <div class="body">
            <dl class="facts">
              <Fact name="Reason">{hand_off.reason.replaceAll("_", " ")}</Fact>
              <Fact name="Summary">{hand_off.summary}</Fact>
            </dl>
            <Json name="Metadata" value={hand_off.data} />
            {hand_off.transcript !== null && (
              <>
                <h3>Transcript</h3>
                <ul class="transcript">
                  {legibleLines(hand_off.transcript).map((line, at) => <li key={at}>{line}</li>)}
                </ul>
              </>
            )}
            {!keeps.transcripts && <NotKept what="Transcript, summary and metadata" key_="privacy.keep.transcripts" />}
          </div>
        )}
    </Panel>
  );
}

/** What Webex sent when the call began. */
export function WebexCard({ fact: { call, handed_along, keeps } }: { fact: CallFact }) {
  return (
    <Panel title="What Webex sent">
      <div class="body">
        <dl class="facts">
          <Fact name="Agent">{call.agent_id}</Fact>
          <Fact name="Connector">{call.connector}</Fact>
          <Fact name="Organization">{call.org_id}</Fact>
          <Fact name="Language">{call.language}</Fact>
          <Fact name="Tracking id">{call.tracking_id}</Fact>
          <Fact name="Start event">{handed_along?.start_name}</Fact>
        </dl>
        {handed_along && <Json name="Parameters" value={handed_along.parameters} />}
        {handed_along && <Json name="Additional info" value={handed_along.additional_info} />}
        {!keeps.parameters && <NotKept what="What the flow handed along" key_="privacy.keep.parameters" />}
      </div>
    </Panel>
  );
}

/** What the caller's audio was like. */
export function QualityCard({ turns }: { turns: readonly TurnFact[] }) {
  const heard = turns.filter(({ frames }) => frames > 0);
  return (
    <Panel title="Caller's audio">
      {heard.length === 0 ? <p class="empty">No audio came from the caller.</p> : (
        <>
          <p class="body small">{audioVerdict(heard)}</p>
          <QualityTable turns={heard} />
        </>
      )}
    </Panel>
  );
}

/** Data as it is; nothing for none. */
function Json({ name, value }: { name: string; value: unknown }) {
  if (value === null || value === undefined || Object.keys(value).length === 0) return null;
  const text = JSON.stringify(value, null, 2);
  return (
    <>
      <h3>{name}</h3>
      <pre tabIndex={0} aria-label={name}>{legibleLines(text).join("\n")}</pre>
    </>
  );
}

function NotKept({ what, key_ }: { what: string; key_: string }) {
  return (
    <p class="quiet small">
      {`${what} is not kept: `}
      <code>{key_}</code>
      {" says whether it is."}
    </p>
  );
}
