import { strict as assert } from "node:assert";
import { hashOfToken } from "../../src/auth/login/api_token.ts";
import { PasswordChecks } from "../../src/auth/login/password.ts";

/** Runs `main.ts login` as an operator does. */
async function login(action: string, input: string): Promise<{ code: number; out: string; err: string }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-env", "--allow-read", "main.ts", "login", action],
    cwd: new URL("../../", import.meta.url),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { code, stdout, stderr } = await child.output();
  return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
}

Deno.test("login password prints a hash of what is on standard input, login token a token and its hash", async () => {
  const [hashed, short, made, wrong] = await Promise.all([
    login("password", "correct horse battery\n"),
    login("password", "too short\n"),
    login("token", ""),
    login("nothing", ""),
  ]);
  assert.equal(hashed.code, 0, hashed.err);
  assert.equal(await new PasswordChecks().check("correct horse battery", hashed.out.trim()), true);
  assert.deepEqual([short.code, short.out], [1, ""]);
  assert.match(short.err, /at least 12 characters/);
  const [, token, hash] = /^token: (byova_[\w-]{43})\nhash: {2}(sha256:[0-9a-f]{64})\n$/.exec(made.out)!;
  assert.equal(hashOfToken(token!), hash);
  assert.equal(wrong.code, 64);
});
