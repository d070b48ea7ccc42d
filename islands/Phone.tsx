import { useEffect, useRef, useState } from "preact/hooks";
import { mayAct } from "./act.ts";
import type { StatusFact } from "./facts.ts";
import { Keypad } from "./Keypad.tsx";
import { legible, legibleText } from "./legible.ts";
import { definePage, type PageProps } from "./page.ts";
import { Panel } from "./parts.tsx";
import { PhoneForm } from "./PhoneForm.tsx";
import { type DialOrder, PhoneLine } from "./phone_line.ts";
import { PHONE_VOICES, type PhoneNews } from "./phone_talk.ts";
import { PhoneTimeline } from "./PhoneTimeline.tsx";
import { PhoneTurns } from "./PhoneTurns.tsx";
import { useHouse } from "./Shell.tsx";
import { Lasting } from "./Time.tsx";

interface Facts {
  readonly status: StatusFact;
}

type State = Extract<PhoneNews, { type: "state" }>;
type Happened = Extract<PhoneNews, { type: "happened" }>;
interface Dialled {
  readonly callId: string;
  readonly orgId: string;
  readonly at: string;
}

const VOICE_NAMES = { booking: "“I'd like to book a room”", order: "“Where is my order?”" } as const;
const ENDS: Readonly<Record<string, string>> = {
  transfer: "handed to a human",
  session_end: "ended by the agent",
  hung_up: "hung up",
  failed: "failed",
};

/** A telephone in the browser: what it does goes through the gateway's own gRPC port, as Webex's calls do. */
export const Phone = definePage<Facts>({
  path: "/phone",
  nav: { label: "Test call", key: "t" },
  title: () => "Test call",
  asks: () => ({ status: "/api/status" }),
  live: () => "topics=overview",
  View,
});

function View({ facts: { status }, address }: PageProps<Facts>) {
  const { microphone, me } = useHouse();
  const line = useRef<PhoneLine>(undefined);
  const [dialled, setDialled] = useState<Dialled>();
  const [state, setState] = useState<State>();
  const [happened, setHappened] = useState<readonly Happened[]>([]);
  const [problem, setProblem] = useState("");
  const [open, setOpen] = useState(false);
  const [listening, setListening] = useState(false);
  const [level, setLevel] = useState(0);
  useEffect(() => () => line.current?.leave(), []);

  const onNews = (news: PhoneNews) => {
    if (news.type === "state") setState(news);
    else if (news.type === "happened") setHappened((before) => [...before, news]);
    else if (news.type === "problem") setProblem(news.message);
    else if (news.type === "dialled") {
      setDialled({ callId: news.call_id, orgId: news.org_id, at: new Date().toISOString() });
    }
  };
  const dial = (order: DialOrder) => {
    setDialled(undefined);
    setState(undefined);
    setHappened([]);
    setProblem("");
    setOpen(true);
    line.current = new PhoneLine(order, {
      microphoneUrl: microphone,
      onNews,
      onLevel: setLevel,
      onClose: (why) => {
        setOpen(false);
        setListening(false);
        if (why) setProblem(`The line is down: ${why}`);
      },
    });
  };
  /** Does something that the browser may refuse, and says so. */
  const attempt = (what: string, act: () => Promise<void>) => {
    act().catch((error) => setProblem(`${what}: ${error instanceof Error ? error.message : "the browser refuses"}`));
  };
  const listen = () =>
    attempt("The microphone cannot be heard", async () => {
      await line.current?.listen();
      setListening(true);
    });
  const mute = () => {
    line.current?.mute();
    setListening(false);
  };
  const live = open && dialled !== undefined && state?.end === null;
  const page = dialled &&
    `/calls/${encodeURIComponent(dialled.callId)}?${new URLSearchParams({ org: dialled.orgId })}`;
  // Before its first answer the gateway need not have heard of the call.
  const known = happened.some(({ kind }) => kind === "received");
  const chosen = new URLSearchParams(address.search).get("agent") ?? "";
  return (
    <>
      <div class="page-head">
        <h1>Test call</h1>
        <p class="quiet">A call through the gateway's own gRPC port, as Webex would make it.</p>
      </div>
      {!mayAct(me) && <p class="notice">Your role may look, not act: an operator is needed to make a test call.</p>}
      {problem && <p class="problem" role="alert">{legibleText(problem)}</p>}
      <div class="columns phone">
        <Panel title="Telephone" aside={<LineState open={open} dialled={dialled} state={state} />}>
          <div class="body">
            {!open && (
              <PhoneForm
                agents={status.ok ? status.value.available_agents : []}
                chosen={chosen}
                disabled={!mayAct(me)}
                dial={dial}
              />
            )}
            {open && (
              <>
                <div class="speak">
                  <button
                    type="button"
                    class={listening ? "button" : "button first"}
                    disabled={!live}
                    aria-pressed={listening}
                    onClick={listening ? mute : listen}
                  >
                    {listening ? "Mute" : "Speak"}
                  </button>
                  <meter min={0} max={1} low={0.2} high={0.95} optimum={0.5} value={level} aria-label="Your voice" />
                </div>
                <div class="voices">
                  <span class="quiet">or say</span>
                  {PHONE_VOICES.map((voice) => (
                    <button
                      type="button"
                      key={voice}
                      class="button"
                      disabled={!live || !state?.takes_voice}
                      onClick={() => line.current?.say(voice)}
                    >
                      {VOICE_NAMES[voice]}
                    </button>
                  ))}
                  <label class="button" for="phone-file">a sound file …</label>
                  <input
                    id="phone-file"
                    class="unseen"
                    type="file"
                    accept="audio/*"
                    disabled={!live}
                    onChange={({ currentTarget }) => {
                      const file = currentTarget.files?.[0];
                      currentTarget.value = "";
                      if (file) attempt("The file cannot be said", async () => await line.current?.sayFile(file));
                    }}
                  />
                </div>
                <Keypad disabled={!live || !state?.takes_keys} press={(key) => line.current?.press(key)} />
                <button type="button" class="button grave" disabled={!live} onClick={() => line.current?.hangUp()}>
                  Hang up
                </button>
              </>
            )}
          </div>
        </Panel>
        <PhoneTimeline happened={happened} page={page} />
      </div>
      {page && known && <PhoneTurns path={`/api${page}`} moves={happened.length} />}
    </>
  );
}

/** How the line is, in a word. */
function LineState({ open, dialled, state }: {
  open: boolean;
  dialled: Dialled | undefined;
  state: State | undefined;
}) {
  if (state?.end) return <span class="badge">{ENDS[state.end] ?? legible(state.end)}</span>;
  if (!open) return null;
  if (!dialled) return <span class="badge">dialling</span>;
  const does = state?.playing ? "the agent speaks" : state?.my_turn ? "your turn" : "the agent thinks";
  return (
    <span role="status">
      <span class="badge live">{does}</span>{" "}
      <span class="quiet">
        <Lasting ms={0} since={dialled.at} />
      </span>
    </span>
  );
}
