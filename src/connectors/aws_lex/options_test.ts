import { strict as assert } from "node:assert";
import { readBlock } from "../../../tests/connector_suite.ts";
import { awsLex } from "./mod.ts";
import { lexConfig } from "./options.ts";

const REGION = "region_name: us-east-1";

/** The commented block of config/config.yaml, without its comment signs. */
async function manual(): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("../../../config/config.yaml", import.meta.url));
  const lines = text.split("\n");
  const from = lines.indexOf("  #   config:") + 1;
  const to = lines.findIndex((line, at) => at >= from && !line.startsWith("  #"));
  return lines.slice(from, to).map((line) => line.replace("  # ", "  "));
}

Deno.test("config/config.yaml names every key of the connector with its default", async () => {
  const block = (await manual()).filter((line) => !/^ *#/.test(line));
  const { parse } = await import("yaml");
  const written = parse(block.join("\n"));
  assert.deepEqual(
    JSON.parse(JSON.stringify(lexConfig.parse(written))),
    JSON.parse(JSON.stringify(lexConfig.parse({ region_name: "us-east-1" }))),
  );
  const keys = Object.keys(lexConfig.def.type === "object" ? lexConfig.shape : {});
  const named = new Set((await manual()).map((line) => /^ *#? *(\w+):/.exec(line)?.[1]));
  assert.deepEqual(keys.filter((key) => !named.has(key)), []);
  assert.ok(keys.length > 30);
});

for (
  const block of [
    "",
    "mode: utterance",
    "locale_id: de_DE",
    "bot_alias_id: TSTALIASID",
    "agents: [{bot_id: ABCDEFGHIJ, alias_id: KLMNOPQRST, name: Travel, locale_id: es_419}]".replace("es_419", "es_US"),
    "audio_request_content_type: audio/l16; rate=16000; channels=1",
    'response_content_type: "text/plain; charset=utf-8"',
    'endpoint: "http://127.0.0.1:9000"',
    "aws_access_key_id: a, aws_secret_access_key: b",
    "session_attributes: {tier: 3}",
    "outcomes: [{intent: Human, outcome: transfer, reason: asked}]",
    "audio_buffering: {silence_threshold: 4000}",
    "max_retries: 0, timeout: 30",
    "input: {dtmf_length: 16}",
  ]
) {
  Deno.test(`aws_lex takes {${block}}`, async () => {
    assert.deepEqual((await readBlock(awsLex, `${REGION}${block && ", "}${block}`)).problems, []);
  });
}

for (
  const [block, words] of [
    [
      "region_name: Frankfurt",
      'region_name: expected a region of AWS such as "us-east-1", here or in AWS_REGION: received "Frankfurt"',
    ],
    ["", 'region_name: expected a region of AWS such as "us-east-1", here or in AWS_REGION: received nothing'],
    [`${REGION}, regin: x`, "regin: unknown key"],
    [`${REGION}, mode: batch`, 'mode: expected one of "utterance", "streaming": received "batch"'],
    [`${REGION}, locale_id: en-US`, 'locale_id: expected a locale of Lex such as "en_US": received "en-US"'],
    [`${REGION}, agents: [{bot_id: x, name: y}]`, 'agents[0].bot_id: expected ten letters and digits: received "x"'],
    [
      `${REGION}, response_content_type: audio/mpeg`,
      'response_content_type: expected "audio/pcm", or "text/plain; charset=utf-8" for a bot without a voice: received "audio/mpeg"',
    ],
    [
      `${REGION}, audio_logging: {encoding: pcm}`,
      'audio_logging.encoding: expected ulaw: other forms are not written: received "pcm"',
    ],
    [
      `${REGION}, outcomes: [{state: Failed, outcome: hang}]`,
      'outcomes[0].outcome: expected one of "continue", "transfer", "end": received "hang"',
    ],
    [`${REGION}, max_retries: 11`, "max_retries: expected a whole number from 0 to 10: received 11"],
  ] as const
) {
  Deno.test(`aws_lex refuses {${block}}`, async () => {
    assert.deepEqual((await readBlock(awsLex, block)).problems, [words]);
  });
}

Deno.test("half a key is refused, and no word of it is in the refusal", async () => {
  const { problems } = await readBlock(awsLex, `${REGION}, aws_access_key_id: hunter2`);
  assert.equal(problems.length, 1);
  assert.match(problems[0]!, /^aws_secret_access_key: expected both halves of a key, or neither/);
  assert.doesNotMatch(problems[0]!, /hunter2/);
});
