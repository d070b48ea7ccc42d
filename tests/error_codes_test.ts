import { strict as assert } from "node:assert";
import { REMEDIES } from "../src/auth/byods/faults.ts";
import { REFUSALS } from "../src/auth/refusal.ts";
import { LOGIN_FAULTS } from "../src/auth/login/fault.ts";
import { LEX_FAILURES } from "../src/connectors/aws_lex/failure.ts";
import { ErrorCode as Http2Code } from "../src/http2/errors.ts";
import { codeOf, ERROR_CODES } from "../src/lib/error_codes.ts";

const ROOT = new URL("../", import.meta.url);

Deno.test("every code has a paragraph in docs/troubleshooting.md, and every paragraph a code", async () => {
  const page = await Deno.readTextFile(new URL("docs/troubleshooting.md", ROOT));
  const sections = page.split(/^### /m).slice(1).map((section) => section.split("\n"));
  assert.deepEqual(sections.map(([code]) => code), [...ERROR_CODES]);
  for (const [code, , paragraph = ""] of sections) assert.ok(paragraph.length > 20, `${code} says nothing`);
});

Deno.test("codes are short, unique and easy to say", () => {
  assert.equal(new Set(ERROR_CODES).size, ERROR_CODES.length);
  for (const code of ERROR_CODES) assert.match(code, /^(?=.{6,24}$)[A-Z0-9]+(-[A-Z0-9]+)+$/);
});

Deno.test("every reason that a room names in its own words has a code, and every code of those families a reason", () => {
  const families = {
    BYODS: [...Object.keys(REMEDIES), "BYODS-AT-RISK", "BYODS-LAPSED"],
    JWS: Object.keys(REFUSALS).map((reason) => `jws_${reason}`),
    LEX: LEX_FAILURES,
    LOGIN: Object.keys(LOGIN_FAULTS),
    H2: Object.keys(Http2Code).map((name) => `h2_${name}`),
  };
  for (const [family, words] of Object.entries(families)) {
    const listed = ERROR_CODES.filter((code) => code.startsWith(`${family}-`));
    assert.deepEqual([...words.map((word) => codeOf(word))].sort(), [...listed].sort());
  }
});

Deno.test("every other code of the list is used in the source", async () => {
  const source = await text("src") + await text("routes") + await Deno.readTextFile(new URL("main.ts", ROOT));
  const derived = /^(BYODS|JWS|LEX|LOGIN|H2)-/;
  // A connector of a vendor gives this one: the contract names it.
  const contract = ["AGENT-CREDENTIALS", "AGENT-ERROR", "AGENT-TIMEOUT"];
  for (const code of ERROR_CODES.filter((code) => !derived.test(code) && !contract.includes(code))) {
    assert.ok(source.includes(`"${code}"`), `${code} is used nowhere`);
  }
});

Deno.test("every warning and every error in the log carries a code", async () => {
  const lines = await text("src") + await text("routes") + await Deno.readTextFile(new URL("main.ts", ROOT));
  const calls = [...lines.matchAll(/\blogs?\.(warn|error)\((.*?)\);$/gms)].map(([, , given]) => given!);
  assert.ok(calls.length > 20, `only ${calls.length} were found`);
  // What is handed on has its code from whoever handed it in.
  const uncoded = calls.filter((given) =>
    !/\bcode\b|, fields$|, explain\(/.test(given) && !given.startsWith('"and more')
  );
  assert.deepEqual(uncoded, []);
});

async function text(folder: string): Promise<string> {
  const texts: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    if (isDirectory) texts.push(await text(`${folder}/${name}`));
    else if (/(?<!_test)\.ts$/.test(name) && name !== "error_codes.ts") {
      texts.push(await Deno.readTextFile(new URL(`${folder}/${name}`, ROOT)));
    }
  }
  return texts.join("\n");
}
