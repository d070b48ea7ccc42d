import { strict as assert } from "node:assert";
import { readWav } from "../../src/audio/wav.ts";
import { MULAW_TO_LINEAR } from "../../src/audio/g711.ts";
import { codeOf } from "../../src/lib/error_codes.ts";
import { TestGateway } from "../gateway_harness.ts";
import { FakeLex, refusal } from "./fake_lex.ts";
import { house, lexThat, outline, sentence } from "./lex_house.ts";
import { decides, exception, says } from "./scripted_lex.ts";
import { until } from "../until.ts";

/** Whole calls: Webex's side over a real gRPC port, Lex's over a real HTTP port, the SDK between them. */

/** Samples around the loudest one by which a piece of sound is found in its source. */
const MARK = 400;

/** Signal over difference, in dB, of a piece of `source` that has gone a way, found where it fits best. */
function snrInStep(source: Int16Array, piece: Int16Array): number {
  const loudest = piece.reduce((most, sample, n) => Math.abs(sample) > Math.abs(piece[most]!) ? n : most, 0);
  const difference = (at: number, from: number, to: number) => {
    let sum = 0;
    for (let n = from; n < to; n++) sum += ((source[at + n] ?? 0) - piece[n]!) ** 2;
    return sum;
  };
  const offsets = Array.from({ length: source.length - loudest }, (_, at) => at);
  const marks = offsets.map((at) => difference(at, loudest - MARK, loudest + MARK));
  const at = marks.indexOf(Math.min(...marks));
  const signal = source.subarray(at, at + piece.length).reduce((sum, sample) => sum + sample ** 2, 0);
  return 10 * Math.log10(signal / difference(at, 0, piece.length));
}

for (const mode of ["utterance", "streaming"] as const) {
  const block = `mode: ${mode}`;

  Deno.test(`${mode}: a call is greeted, heard, answered and handed over with everything a human should know`, async () => {
    await using it = await house(
      lexThat(
        says("Where to?", { heard: "a flight" }),
        decides("agent", "ReadyForFulfillment", "One second.", { heard: "a human" }),
      ),
      `${block}, metadata_slots: [City]`,
    );
    assert.deepEqual(it.gateway.gateway.agents, ["aws_lex_connector: Travel"]);
    const call = it.gateway.call();
    assert.deepEqual(outline(await call.start()), ["CHUNK sound", "FINAL"]);
    assert.deepEqual(outline(await call.say(sentence)), [
      "FINAL START_OF_INPUT",
      "CHUNK END_OF_INPUT",
      "CHUNK sound",
      "FINAL",
    ]);
    const last = await call.say(sentence);
    assert.deepEqual(outline(last), [
      "FINAL START_OF_INPUT",
      "CHUNK END_OF_INPUT",
      "CHUNK sound",
      "FINAL TRANSFER_TO_AGENT",
    ]);
    const final = last.responses.at(-1)!;
    assert.deepEqual({ ...final.outputEvents[0]!.metadata }, {
      reason: "intent_ready_for_fulfillment",
      intent_name: "agent",
      intent_state: "ReadyForFulfillment",
      bot_name: "Travel",
      conversation_id: "call-1",
      slots: { City: "Berlin" },
      summary: "The caller spoke with Travel about agent (ReadyForFulfillment). City: Berlin.",
    });
    assert.match(final.sessionTranscript!.text!, /^Agent: Welcome\.\nCaller: a flight\nAgent: Where to\?/);
  });

  Deno.test(`${mode}: keys reach the bot, and what it says about the next ones reaches Webex`, async () => {
    const sessionAttributes = { "x-amz-lex:dtmf:max-length:*:*": "4", "x-amz-lex:dtmf:end-timeout-ms:*:*": "2000" };
    const script = lexThat(says("Your PIN?", { sessionState: { sessionAttributes } }), says("Thanks."));
    await using it = await house(script, block);
    const call = it.gateway.call();
    await call.start();
    const asked = await call.press("0");
    assert.deepEqual(asked.responses.at(-1)!.inputHandlingConfig!.dtmfConfig, {
      interDigitTimeoutMsec: 2000,
      termchar: 16,
      dtmfInputLength: 4,
    });
    assert.deepEqual(outline(await call.press("10*2")), ["CHUNK sound", "FINAL"]);
    const keys = script.turns.slice(1).map((turn) => turn.keys ?? turn.text);
    assert.deepEqual(keys, ["0", "10*2"]);
    if (mode === "streaming") await call.event("SESSION_END");
  });

  Deno.test(`${mode}: a WAV call gets each answer as one file`, async () => {
    const lex = new FakeLex(lexThat(says("Fine.", { heard: "yes", voiceMs: 900 })), { bots: { Travel: ["LIVE"] } });
    {
      await using gateway = await TestGateway.open(
        `connectors: {lex: {type: aws_lex, delivery: wav, config: {${lex.block}, ${block}}}}`,
      );
      const call = gateway.call();
      await call.start();
      const answer = await call.say(sentence);
      assert.deepEqual(outline(answer), ["FINAL START_OF_INPUT", "FINAL END_OF_INPUT", "FINAL sound"]);
      assert.equal(readWav(answer.responses[2]!.prompts[0]!.audioContent).data.length, 7200);
      await call.event("SESSION_END");
    }
    await lex[Symbol.asyncDispose]();
  });

  Deno.test(`${mode}: the caller's voice reaches Lex more than 30 dB above what the whole way adds`, async () => {
    const script = lexThat(says("Fine.", { heard: "yes" }));
    await using it = await house(script, block);
    const call = it.gateway.call();
    await call.start();
    await call.say(sentence);
    await call.event("SESSION_END");
    const arrived = new Int16Array(script.turns[1]!.sound!.slice().buffer);
    const heard = mode === "streaming" ? arrived : arrived.filter((_, n) => n % 2 === 0); // 16 kHz there
    const source = Int16Array.from(sentence.data, (code) => MULAW_TO_LINEAR[code]!);
    assert.ok(heard.length > 16_000);
    const snr = snrInStep(source, heard);
    assert.ok(snr > 30, `${snr.toFixed(1)} dB`);
  });

  for (
    const [name, status, code] of [
      ["InternalServerException", 500, "lex_unavailable"],
      ["DependencyFailedException", 424, "lex_lambda_failed"],
    ] as const
  ) {
    Deno.test(`${mode}: ${name}: the caller is asked once more, then handed over; the events say why, and not what was said`, async () => {
      await using it = await house(
        lexThat(exception(name, status), exception(name, status)),
        `${block}, filler_after_ms: 0`,
      );
      const call = it.gateway.call();
      await call.start();
      assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
      const last = await call.say(sentence);
      assert.deepEqual(outline(last).slice(-2), ["CHUNK sound", "FINAL TRANSFER_TO_AGENT"]);
      const { outputEvents, sessionTranscript, sessionSummary } = last.responses.at(-1)!;
      const summary = "The caller spoke with Travel about nothing that it recognized.";
      assert.deepEqual({ ...outputEvents[0]!.metadata }, {
        reason: code,
        code: codeOf(code),
        bot_name: "Travel",
        conversation_id: "call-1",
        slots: {},
        summary,
      });
      assert.deepEqual([sessionTranscript!.text, sessionSummary!.text], ["Agent: Welcome.", summary]);
      const events = await (await fetch(`${it.gateway.url}/api/connections`)).json();
      const failures = events.connection_events.filter(({ event_type }: { event_type: string }) =>
        event_type === "failure"
      );
      assert.deepEqual(failures.map((event: { code: string }) => event.code), [code, code]);
      assert.doesNotMatch(JSON.stringify([events, it.gateway.log]), /4111|hunter2/);
    });
  }
}

Deno.test("throttling is waited out, unheard by the caller", async () => {
  let times = 2;
  await using it = await house(lexThat(says("Fine.", { heard: "yes" })), "mode: utterance", {
    bots: { Travel: ["LIVE"] },
    fault: (path) => path.endsWith("/utterance") && times-- > 0 ? refusal("ThrottlingException", 429) : undefined,
  });
  assert.deepEqual(outline(await it.gateway.call().start()), ["CHUNK sound", "FINAL"]);
});

Deno.test("a stream that Lex may not be asked for hands the caller over, with the reason", async () => {
  await using it = await house(lexThat(), "mode: streaming", {
    bots: { Travel: ["LIVE"] },
    fault: (path) => path.endsWith("/conversation") ? refusal("AccessDeniedException", 403) : undefined,
  });
  const call = it.gateway.call();
  await call.start();
  const answer = await call.say(sentence);
  assert.deepEqual(outline(answer).slice(-1), ["FINAL TRANSFER_TO_AGENT"]);
  assert.equal(answer.responses.at(-1)!.outputEvents[0]!.metadata!.reason, "lex_access_denied");
});

Deno.test("a stream that is cut between two turns is opened again, and the caller notices nothing", async () => {
  const script = lexThat(says("Fine.", { heard: "yes" }), says("Good.", { heard: "yes" }));
  await using it = await house(script, "mode: streaming");
  const call = it.gateway.call();
  await call.start();
  await call.say(sentence);
  script.open[0]!.end();
  await until(() => script.open.length >= 2);
  assert.deepEqual(outline(await call.say(sentence)).slice(-2), ["CHUNK sound", "FINAL"]);
  await call.event("SESSION_END");
});

Deno.test("a discovery that fails leaves the gateway up, tells why, and finds the bots when it is asked again", async () => {
  let broken = true;
  await using it = await house(lexThat(), "mode: utterance", {
    bots: { Travel: ["LIVE"], Bank: ["LIVE"], Shop: ["LIVE"] },
    fault: (path) => !path.includes("/sessions/") && broken ? refusal("AccessDeniedException", 403) : undefined,
  });
  assert.deepEqual(it.gateway.gateway.agents, []);
  const { connectors } = await (await fetch(`${it.gateway.url}/api/status`)).json();
  assert.equal(connectors[0].failure, "LEX-ACCESS-DENIED: Cannot get an answer from Lex: AccessDeniedException");
  assert.match(await (await fetch(`${it.gateway.url}/`)).text(), /LEX-ACCESS-DENIED: .*AccessDeniedException/);
  broken = false;
  const { available_agents } = await (await fetch(`${it.gateway.url}/api/agents/refresh`)).json();
  assert.deepEqual(available_agents, ["Travel", "Bank", "Shop"].map((name) => `aws_lex_connector: ${name}`));
  assert.deepEqual(outline(await it.gateway.call().start()), ["CHUNK sound", "FINAL"]);
});

for (
  const [what, line, reason, data] of [
    ["a bot that hands over", decides("agent", "ReadyForFulfillment"), "intent_ready_for_fulfillment", {
      intent_name: "agent",
    }],
    ["a Lex that may not be asked", exception("AccessDeniedException", 403), "lex_access_denied", {
      code: "LEX-ACCESS-DENIED",
    }],
  ] as const
) {
  Deno.test(`${what}: the card of the call shows what the human was told, where that is kept`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await using lex = new FakeLex(lexThat(line), { bots: { Travel: ["LIVE"] } });
      await using gateway = await TestGateway.open(`
store: { file: "${folder}/calls.sqlite" }
privacy: { keep: { transcripts: true } }
connectors: { lex: { type: aws_lex, config: { mode: utterance, ${lex.block} } } }
`);
      const call = gateway.call();
      await call.start();
      const { metadata } = (await call.say(sentence)).responses.at(-1)!.outputEvents[0]!;
      const fact = await (await fetch(`${gateway.url}/api/calls/call-1`)).json();
      const { reason: why, ...told } = { ...metadata };
      assert.deepEqual([why, fact.hand_off.reason], [reason, reason]);
      assert.deepEqual(fact.hand_off.data, told);
      assert.deepEqual({ ...told, ...data }, told);
      assert.match(fact.hand_off.transcript, /^Agent: Welcome\./);
      assert.equal(fact.hand_off.summary, told.summary);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("connectors in several regions answer at once, each by its own bots; one that may not list says why on the page of agents", async () => {
  const regions = ["us-east-1", "eu-west-2", "ap-southeast-2"] as const;
  const bots = { Travel: ["LIVE"] };
  const answers = regions.map((region) => lexThat(says(`From ${region}`, { heard: "yes" })));
  const fault = (path: string) => path.includes("/sessions/") ? undefined : refusal("AccessDeniedException", 403);
  await using east = new FakeLex(answers[0]!, { region: regions[0], bots });
  await using west = new FakeLex(answers[1]!, { region: regions[1], bots });
  await using south = new FakeLex(answers[2]!, { region: regions[2], bots, fault });
  await using gateway = await TestGateway.open(`connectors:
  east: {type: aws_lex, config: {mode: streaming, ${east.block}}}
  west: {type: aws_lex, config: {mode: utterance, ${west.block}}}
  south: {type: aws_lex, config: {${south.block}}}
`);
  assert.deepEqual(gateway.gateway.agents, ["east: Travel", "west: Travel"]);
  const transcripts = await Promise.all(["east", "west"].map(async (id) => {
    const call = gateway.call({ virtualAgentId: `${id}: Travel` });
    await call.start();
    const { responses } = await call.say(sentence);
    await call.event("SESSION_END");
    return responses.at(-1)!.sessionTranscript!.text;
  }));
  assert.deepEqual(
    transcripts,
    regions.slice(0, 2).map((region) => `Agent: Welcome.\nCaller: yes\nAgent: From ${region}`),
  );
  const why = "LEX-ACCESS-DENIED: Cannot get an answer from Lex: AccessDeniedException";
  const { connectors } = await (await fetch(`${gateway.url}/api/agents`)).json();
  const failures = connectors.map(({ id, failure }: Record<string, string>) => [id, failure ?? null]);
  assert.deepEqual(failures, [["east", null], ["west", null], ["south", why]]);
  assert.match(await (await fetch(`${gateway.url}/agents`)).text(), /Its agents cannot be listed: LEX-ACCESS-DENIED/);
});
