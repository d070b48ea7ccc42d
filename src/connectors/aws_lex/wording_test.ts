import { strict as assert } from "node:assert";
import { plainText, wordsOf } from "./wording.ts";

for (
  const [ssml, words] of [
    ["<speak>Hello, <emphasis>dear</emphasis> caller.</speak>", "Hello, dear caller."],
    ["<speak>One.<break time='1s'/>Two.</speak>", "One. Two."],
    ['<speak>Fly with <sub alias="Acme Airlines">AA</sub>!</speak>', "Fly with Acme Airlines!"],
    ["<speak><p>First.</p><p>Second &amp; last &#8364;5 &#x41;.</p></speak>", "First. Second & last €5 A."],
    ["<speak>un<prosody rate='fast'>believ</prosody>able</speak>", "unbelievable"],
    ["<speak>never closed <p", "never closed <p"],
    ["&bogus; &#99999999;", "&bogus; &#99999999;"],
    ["&#1114112;", "&#1114112;"],
    ["", ""],
  ] as const
) {
  Deno.test(`plainText() makes words of ${JSON.stringify(ssml)}`, () => assert.equal(plainText(ssml), words));
}

Deno.test("wordsOf() joins what can be spoken and leaves payloads and cards out", () => {
  const words = wordsOf([
    { content: "Welcome. ", contentType: "PlainText" },
    { content: '{"card": 1}', contentType: "CustomPayload" },
    { content: "<speak>How are you?</speak>", contentType: "SSML" },
    { content: "Pick one", contentType: "ImageResponseCard" },
    { content: "  ", contentType: "PlainText" },
  ]);
  assert.equal(words, "Welcome. How are you?");
});

Deno.test("plainText() takes no long time over hostile markup", () => {
  const startedAt = performance.now();
  plainText("<sub alias=".repeat(5000) + "<!--".repeat(5000));
  assert.ok(performance.now() - startedAt < 200);
});
