import { useEffect, useRef, useState } from "preact/hooks";
import { act, mayAct } from "./act.ts";
import type { CallRow } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { useHouse } from "./Shell.tsx";

const ACTIONS = {
  end: {
    label: "End call",
    asks: "End this call?",
    effect: "The caller hears nothing more, and the flow goes on after the agent.",
  },
  transfer: {
    label: "Transfer call",
    asks: "Transfer this call?",
    effect: "The caller is handed to a human, as if the agent had asked for it.",
  },
} as const;

type Action = keyof typeof ACTIONS;

/** What an operator can do with a live call. */
export function CallActions({ call }: { call: CallRow }) {
  const { me } = useHouse();
  const [asked, setAsked] = useState<Action>();
  const [told, setTold] = useState("");
  if (!mayAct(me)) return null;
  const tell = async (action: Action) => {
    setAsked(undefined);
    setTold("asking the gateway …");
    const path = `/api/calls/${encodeURIComponent(call.call_id)}/${action}`;
    setTold(await act(`${path}?${new URLSearchParams({ org: call.org_id })}`));
  };
  return (
    <>
      <span role="status" class="quiet small">{legibleText(told)}</span>
      <button type="button" class="button" onClick={() => setAsked("transfer")}>{ACTIONS.transfer.label}</button>
      <button type="button" class="button grave" onClick={() => setAsked("end")}>{ACTIONS.end.label}</button>
      {asked && <Confirmation action={asked} call={call} act={() => tell(asked)} close={() => setAsked(undefined)} />}
    </>
  );
}

function Confirmation({ action, call, act, close }: {
  action: Action;
  call: CallRow;
  act: () => void;
  close: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { asks, effect, label } = ACTIONS[action];
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="confirm-title" onClose={close}>
      <h2 id="confirm-title">{asks}</h2>
      <p class="mono small">{legible(call.call_id)}</p>
      <p>{effect}</p>
      <div class="actions">
        <button type="button" class="button" onClick={() => dialog.current?.close()}>Leave it</button>
        <button type="button" class={`button ${action === "end" ? "grave" : "first"}`} onClick={act}>{label}</button>
      </div>
    </dialog>
  );
}
