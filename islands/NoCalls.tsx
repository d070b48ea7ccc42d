import { useState } from "preact/hooks";
import { mayAct } from "./act.ts";
import { legibleText } from "./legible.ts";
import { useHouse } from "./Shell.tsx";

/** What stands where calls would, while there are none: how to make one. */
export function NoCalls() {
  const { call_command, me } = useHouse();
  return (
    <p class="empty">
      {"No calls yet. Run "}
      <code>{call_command}</code>
      {" in a second terminal"}
      {mayAct(me) && ", or "}
      {mayAct(me) && <TrialCall />}
    </p>
  );
}

/** Has the gateway make a call to its default agent by itself, and tells what came of it. */
function TrialCall() {
  const [told, setTold] = useState("");
  const [busy, setBusy] = useState(false);
  const tryIt = async () => {
    setBusy(true);
    setTold("calling …");
    try {
      const { message, error } = await (await fetch("/api/test/create-session")).json();
      setTold(String(message ?? error));
    } catch {
      setTold("the gateway could not be reached");
    }
    setBusy(false);
  };
  return (
    <>
      <button type="button" class="button" disabled={busy} onClick={tryIt}>make a trial call</button>
      <span role="status">{told && ` ${legibleText(told)}`}</span>
    </>
  );
}
