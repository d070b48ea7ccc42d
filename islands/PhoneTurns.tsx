import { useEffect } from "preact/hooks";
import { type Answer, useAnswer, useThrottle } from "./answer.ts";
import type { CallFact } from "./facts.ts";
import { useNow } from "./now.ts";
import { Panel } from "./parts.tsx";
import { Waterfall } from "./Waterfall.tsx";

/** The gateway tells of a step a moment after it came; asked again so often, in ms. */
const EVERY_MS = 400;
const UNKNOWN: Answer<CallFact> = { ok: false, status: 0, problem: "" };

/** The turns of a test call as the gateway knows them; `moves` grows with each thing that happens in it. */
export function PhoneTurns({ path, moves }: { path: string; moves: number }) {
  const [answer, ask] = useAnswer(UNKNOWN, path);
  const { now } = useNow();
  const soon = useThrottle(ask, EVERY_MS);
  useEffect(soon, [path, moves]);
  if (!answer.ok || answer.value.turns.length === 0) return null;
  const { call, turns } = answer.value;
  return (
    <Panel title="Turns and waits">
      <Waterfall turns={turns} now={call.state === "live" ? now - Date.parse(call.started_at) : undefined} />
    </Panel>
  );
}
