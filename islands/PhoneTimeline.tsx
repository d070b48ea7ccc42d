import { legible, legibleText } from "./legible.ts";
import { Panel } from "./parts.tsx";
import type { PhoneNews } from "./phone_talk.ts";

type Happened = Extract<PhoneNews, { type: "happened" }>;

const ARROWS: { readonly [K in Happened["kind"]]: readonly [sign: string, meaning: string] } = {
  sent: ["→", "sent"],
  received: ["←", "received"],
  call: ["·", "in the call"],
  violation: ["✗", "against the contract"],
};

/** What has happened on the wire, as Webex would see it. `page`: where the call has its own. */
export function PhoneTimeline({ happened, page }: { happened: readonly Happened[]; page: string | undefined }) {
  return (
    <Panel title="On the wire" aside={page && <a href={page}>the call's own page</a>}>
      {happened.length === 0
        ? <p class="empty">Call, and each message between Webex's side and the gateway's stands here.</p>
        : (
          <ol class="wire" aria-live="polite" aria-label="On the wire" tabIndex={0}>
            {happened.map(({ at_ms, kind, what, rpc, note }, at) => (
              <li key={at} class={kind}>
                <span class="at">{`${Math.round(at_ms)} ms`}</span>
                <span title={ARROWS[kind][1]} aria-label={ARROWS[kind][1]}>{ARROWS[kind][0]}</span>
                <span>
                  {legible(what)}
                  {rpc !== undefined && <small class="quiet">{` RPC ${rpc}`}</small>}
                  {note && <small class="note">{legibleText(note)}</small>}
                </span>
              </li>
            ))}
          </ol>
        )}
    </Panel>
  );
}
