import { legible } from "./legible.ts";
import { Panel } from "./parts.tsx";
import type { PhoneNews } from "./phone_talk.ts";

type Happened = Extract<PhoneNews, { type: "happened" }>;

const ARROWS: { readonly [K in Happened["kind"]]: readonly [sign: string, meaning: string] } = {
  sent: ["→", "sent"],
  received: ["←", "received"],
  call: ["·", "in the call"],
  violation: ["✗", "against the contract"],
};

/** What has happened on the wire, as Webex would see it. */
export function PhoneTimeline({ happened, dialled }: {
  happened: readonly Happened[];
  dialled: { readonly callId: string; readonly orgId: string } | undefined;
}) {
  const path = dialled && `/calls/${encodeURIComponent(dialled.callId)}?${new URLSearchParams({ org: dialled.orgId })}`;
  return (
    <Panel title="On the wire" aside={path && <a href={path}>the call's own page</a>}>
      {happened.length === 0
        ? <p class="empty">Call, and each message between Webex's side and the gateway's stands here.</p>
        : (
          <ol class="wire" aria-live="polite">
            {happened.map(({ at_ms, kind, what, rpc, note }, at) => (
              <li key={at} class={kind}>
                <span class="at">{`${Math.round(at_ms)} ms`}</span>
                <span title={ARROWS[kind][1]} aria-label={ARROWS[kind][1]}>{ARROWS[kind][0]}</span>
                <span>
                  {legible(what)}
                  {rpc !== undefined && <small class="quiet">{` RPC ${rpc}`}</small>}
                  {note && <small class="note">{legible(note)}</small>}
                </span>
              </li>
            ))}
          </ol>
        )}
    </Panel>
  );
}
