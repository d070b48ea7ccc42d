import { strict as assert } from "node:assert";
import { readWav } from "../src/audio/wav.ts";
import type { CallEvent } from "../src/call/event.ts";
import type { AgentOutput } from "../src/call/output.ts";
import { MASK, Redactor } from "../src/lib/redaction.ts";
import { TestGateway } from "./gateway_harness.ts";
import { RoutedHouse } from "./routed_house.ts";
import { ScriptedGateway } from "./scripted_agent.ts";
import { speech } from "./speech_samples.ts";

/** Everything that a caller or a flow says in the run below; none of it may be found anywhere afterwards. */
const SAID = {
  keys: "8241637590",
  vendorConfig: "marker-vendor-config",
  startName: "marker-start-name",
  parameter: "marker-parameter",
  parameterName: "marker-parameter-name",
  info: "marker-additional-info",
  infoName: "marker-info-name",
  customName: "marker-custom-name",
  customData: "marker-custom-data",
  token: "marker-bearer-token",
  unknownMetadata: "marker-metadata",
  cookieKey: "marker-cookie-secret",
  loginSecret: "marker-login-secret",
  passwordHash: "c2FsdHNhbHRzYWx0c2FsdA",
  programHash: "5".repeat(64),
  healthToken: "marker-health-token",
  metricsToken: "marker-metrics-token",
  clientSecret: "marker-client-secret",
  refreshToken: "marker-refresh-token",
  accessToken: "marker-access-token",
};
Deno.test("nothing that a caller says, presses or hands along, and no secret, is found in logs, the store, pages, answers or file names", async () => {
  const folder = await Deno.makeTempDir();
  const memory = await Deno.makeTempDir();
  try {
    await using house = await TestGateway.open(`
store: { file: ${memory}/gateway.db }
authentication:
  session: { secret_key: ${SAID.cookieKey} }
  webex_oauth: { client_id: id, client_secret: ${SAID.loginSecret} }
  users: [{ name: ada, password_hash: "$scrypt$ln=14,r=8,p=5$${SAID.passwordHash}$${SAID.passwordHash}" }]
  api_tokens: [{ name: wallboard, hash: "sha256:${SAID.programHash}" }]
monitoring: { health_token: ${SAID.healthToken}, metrics_token: ${SAID.metricsToken} }
data_source:
  auth: { client_secret: ${SAID.clientSecret}, refresh_token: ${SAID.refreshToken}, access_token: ${SAID.accessToken} }
connectors:
  local: { type: local_audio, config: { record_caller_audio: true, audio_recording: { output_dir: ${folder} } } }
`);
    const events = listen(house);
    const metadata: [string, string][] = [["authorization", `Bearer ${SAID.token}`], ["x-more", SAID.unknownMetadata]];
    const call = house.call({
      vendorSpecificConfig: SAID.vendorConfig,
      additionalInfo: { [SAID.infoName]: SAID.info },
    });
    const errors: string[] = [];
    const opening = call.open(metadata);
    opening.send({
      eventInput: { eventType: 1, name: SAID.startName, parameters: { [SAID.parameterName]: SAID.parameter } },
    });
    errors.push((await opening.finish()).message);
    await call.say(speech("slt_yes"));
    await call.press(SAID.keys);
    await call.event("CUSTOM_EVENT", { name: SAID.customName, parameters: { [SAID.customName]: SAID.customData } });
    await call.event("NO_INPUT");
    const shown = await pages(house.url, "call-1");
    const lost = house.call({ virtualAgentId: "nobody", vendorSpecificConfig: SAID.vendorConfig });
    errors.push((await lost.start({ name: SAID.startName })).message);
    await call.event("SESSION_END", { name: SAID.customName });
    await house.gateway[Symbol.asyncDispose]();
    const files = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.equal(files.length, 1, "the call was not recorded: the run proves nothing");
    assert.ok(house.log.length > 0 && shown.includes("call-1"), "nothing was said: the run proves nothing");
    const remembered = await contents(memory);
    assert.ok(remembered.includes("call-1"), "nothing was remembered: the run proves nothing");
    hunt({
      logs: JSON.stringify(house.log),
      store: remembered,
      pages: shown,
      errors: errors.join(),
      files: files.join(),
      events: JSON.stringify(await events),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await Deno.remove(memory, { recursive: true });
  }
});

Deno.test("what is kept of a call is in its events, and in no log", async () => {
  await using house = await TestGateway.open(`
logging: { level: debug }
privacy: { keep: { parameters: true, transcripts: true } }
`);
  const events = listen(house);
  const call = house.call({ additionalInfo: { [SAID.infoName]: SAID.info } });
  await call.start({ name: SAID.startName, parameters: { [SAID.parameterName]: SAID.parameter } });
  await call.event("SESSION_END");
  await house.gateway[Symbol.asyncDispose]();
  const [started] = await events;
  assert.deepEqual(started!.type === "call_started" && started!.handedAlong, {
    startName: SAID.startName,
    parameters: { [SAID.parameterName]: SAID.parameter },
    additionalInfo: { [SAID.infoName]: SAID.info },
  });
  assert.ok(house.log.some(({ message }) => message === "call started"), "the call is not in the log");
  hunt({ logs: JSON.stringify(house.log) });
});

Deno.test("the keys of a sensitive turn are in no transcript, summary, reason or metadata, then or later", async () => {
  const outputs: AgentOutput[][] = [
    [{ type: "listening", expects: { sensitive: true } }],
    [
      { type: "custom", name: "paid", data: { card: SAID.keys, amount: 12 } },
      { type: "listening", transcript: `card ${SAID.keys}`, summary: `paid with ${SAID.keys}`, expects: {} },
    ],
    [{
      type: "transfer",
      reason: `wrong card ${SAID.keys}`,
      data: { said: [`it was ${SAID.keys}`] },
      transcript: `caller: ${SAID.keys}, agent: thanks`,
    }],
  ];
  await using house = await ScriptedGateway.open(() => outputs.shift()!);
  const call = house.call();
  await call.start();
  const answers = [await call.keys(SAID.keys), await call.event("NO_INPUT")];
  const [paid, moved] = answers.map(({ responses }) => responses.at(-1)!);
  assert.equal(paid!.sessionTranscript?.text, MASK);
  assert.equal(paid!.sessionSummary?.text, `paid with ${MASK}`);
  assert.deepEqual(paid!.outputEvents[0]?.metadata, { card: MASK, amount: 12 });
  assert.equal(moved!.sessionTranscript?.text, `caller: ${MASK}, agent: thanks`);
  assert.deepEqual(moved!.outputEvents[0]?.metadata, { reason: `wrong card ${MASK}`, said: [`it was ${MASK}`] });
  hunt({ answers: JSON.stringify(answers), events: JSON.stringify(house.events), logs: JSON.stringify(house.log) });
});

Deno.test("configured patterns are masked in every turn", async () => {
  const card = "4111111111111111";
  const outputs: AgentOutput[][] = [
    [{ type: "listening", transcript: `card ${card}` }],
    [{ type: "hang_up", reason: `no ${card}`, data: { card }, summary: `card ${card}` }],
  ];
  await using house = await ScriptedGateway.open(() => outputs.shift()!, { redactor: new Redactor(["\\d{13,19}"]) });
  const call = house.call();
  const all = [await call.start(), await call.event("NO_INPUT")];
  assert.equal(all[0]!.responses.at(-1)!.sessionTranscript?.text, `card ${MASK}`);
  assert.ok(!JSON.stringify([all, house.events, house.log]).includes(card));
});

Deno.test("a recording holds silence in place of what is said in sensitive turns", async () => {
  for (const sensitive of [true, false]) {
    const folder = await Deno.makeTempDir();
    try {
      await using house = await TestGateway.open(`
connectors:
  local:
    type: local_audio
    config:
      record_caller_audio: true
      audio_recording: { output_dir: ${folder} }
      input: { sensitive: ${sensitive} }
`);
      const call = house.call();
      const welcome = await call.start();
      assert.equal(welcome.responses.at(-1)!.inputSensitive, sensitive);
      await call.say(speech("slt_yes"));
      await call.press("6");
      const data = await recorded(folder);
      assert.equal(data.every((byte) => byte === 0xff), sensitive);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

/** The audio of the one recording in a folder, once the call's end has been written. */
async function recorded(folder: string): Promise<Uint8Array> {
  for (const patience = AbortSignal.timeout(5000);; patience.throwIfAborted()) {
    const [file] = await Array.fromAsync(Deno.readDir(folder));
    const bytes = file ? await Deno.readFile(`${folder}/${file.name}`) : new Uint8Array();
    const data = bytes.length > 44 ? readWav(bytes).data : bytes;
    if (data.length > 4000) return data;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** All events of a gateway until its first call is over. */
function listen({ gateway }: TestGateway): Promise<CallEvent[]> {
  const { promise, resolve } = Promise.withResolvers<CallEvent[]>();
  const heard: CallEvent[] = [];
  const leave = gateway.events.subscribe((event) => {
    heard.push(event);
    if (event.type !== "call_ended") return;
    leave();
    resolve(heard);
  });
  return promise;
}

/** Everything that the gateway answers by GET, a call's own pages being those of `callId`. */
async function pages(url: string, callId: string): Promise<string> {
  using routed = await RoutedHouse.open();
  const gets = routed.app.routes.filter(({ method, path }) => method === "GET" && !path.includes("*"));
  const paths = new Set(gets.map(({ path }) => path.replaceAll(/:\w+(\{[^}]*\})?\??/g, callId)));
  assert.ok(["/", "/metrics", "/api/config", "/api/trust", "/api/connections"].every((path) => paths.has(path)));
  const texts = await Promise.all([...paths].map(async (path) => {
    const token = path === "/metrics" ? SAID.metricsToken : SAID.healthToken;
    const answer = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
    return `${path} ${answer.status} ${await beginning(answer)}`;
  }));
  assert.ok(texts.some((text) => /^\/metrics 200 .*byova_calls/s.test(text)), "the metrics were not shown");
  return texts.join("\n");
}

/** The text of an answer; of a stream of events its first piece. */
async function beginning(answer: Response): Promise<string> {
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) return await answer.text();
  const reader = answer.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return new TextDecoder().decode(value);
}

/** Every byte of the files of a folder, as text. */
async function contents(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    texts.push(new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/${name}`)));
  }
  return texts.join("\n");
}

function hunt(places: Record<string, string>): void {
  for (const [place, text] of Object.entries(places)) {
    for (const [what, marker] of Object.entries(SAID)) assert.ok(!text.includes(marker), `${what} is in ${place}`);
  }
}
