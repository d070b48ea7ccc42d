import { strict as assert } from "node:assert";
import { FakeWebex } from "./fake_webex.ts";

/** `byods` as a person runs it: the program itself, with the permissions of its task. */

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs the command against `webex` with nothing but its task's rights, Webex's API being elsewhere. */
async function byods(webex: FakeWebex, folder: string, args: readonly string[]) {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const words: string[] = tasks.byods.command.replace("webexapis.com:443", new URL(webex.baseUrl).host).split(" ");
  const flags = words.slice(2, words.indexOf("main.ts"));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", ...flags, MAIN, "byods", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
}

async function withFolder(
  yaml: (webex: FakeWebex) => string,
  act: (webex: FakeWebex, folder: string) => Promise<void>,
) {
  await using webex = new FakeWebex();
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/my.yaml`, yaml(webex));
    await act(webex, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const configuration = ({ baseUrl }: FakeWebex) =>
  `data_source:
  url: https://voice.example.org
  api_base_url: ${baseUrl}
  auth:
    client_id: C-client
    client_secret: hidden-client-secret
    refresh_token: refresh-1-of-the-test-integration
`;

Deno.test("byods status, register, list and renew tell what they did, and the exit code says whether all is well", async () => {
  await withFolder(configuration, async (webex, folder) => {
    const run = (...args: string[]) => byods(webex, folder, [...args, "--config", "my.yaml"]);
    const before = await run("status");
    assert.deepEqual([before.code, before.out], [1, ""]);
    assert.match(
      before.error,
      /^Cannot show the data source: there is none for this gateway: run byods register \[BYODS-UNREGISTERED\]$/m,
    );

    const registered = await run("register");
    assert.deepEqual([registered.code, registered.error], [0, ""]);
    const [source] = webex.sources.values();
    assert.match(
      registered.out,
      new RegExp(`^The data source was registered\n  ${source!.id}  active, 2[34]h .* left  https://voice`),
    );
    assert.match((await run("register")).out, /^The data source was found/);

    webex.add({ url: "https://other.example.org", expiresAt: Date.now() - 3_600_000 });
    const listed = await run("list");
    assert.match(
      listed.out,
      /^\* .*voice\.example\.org.*\n {2}.*ended 1h 0m \d+s ago.*other\.example\.org.*\n\* is for https/,
    );
    const json = JSON.parse((await run("list", "--json")).out);
    assert.deepEqual(json.data_sources.map(({ ours }: { ours: boolean }) => ours), [true, false]);

    const renewed = await run("renew", "--json");
    const { ok, did, data_source } = JSON.parse(renewed.out);
    assert.deepEqual([ok, did, data_source.id, webex.count("PUT")], [true, "renewed", source!.id, 1]);
    assert.match((await run("status")).out, /^active: the data source's token is good\n/);

    webex.sources.get(source!.id)!.expiresAt = Date.now() - 1000;
    const lapsed = await run("status", "--json");
    assert.equal(lapsed.code, 1);
    assert.deepEqual([JSON.parse(lapsed.out).ok, JSON.parse(lapsed.out).state], [false, "lapsed"]);

    assert.equal(webex.count("POST /v1/access_token"), 1);
    const said = [before, registered, listed, renewed, lapsed].map(({ out, error }) => out + error).join();
    assert.doesNotMatch(said, /hidden-client-secret|refresh-\d|access-\d|eyJ/);
  });
});

Deno.test("byods says what is wrong with its use, its configuration and Webex's answer", async () => {
  await withFolder(() => "data_source: {auth: {type: service_app}}\n", async (webex, folder) => {
    const unknown = await byods(webex, folder, ["delete"]);
    assert.equal(unknown.code, 64);
    assert.match(unknown.error, /Cannot run "byods delete": expected list, register, renew, status/);
    const lacking = await byods(webex, folder, ["status", "--config", "my.yaml"]);
    assert.equal(lacking.code, 78);
    for (
      const key of [
        "url",
        "auth.client_id",
        "auth.client_secret",
        "auth.app_id",
        "auth.target_org_id",
        "auth.personal_auth",
      ]
    ) {
      assert.match(lacking.error, new RegExp(`data_source\\.${key}: expected .*received nothing`));
    }
  });
  await withFolder(configuration, async (webex, folder) => {
    webex.fail("GET", { status: 403 });
    const { code, out } = await byods(webex, folder, ["list", "--json", "--config", "my.yaml"]);
    assert.deepEqual([code, JSON.parse(out).error.code], [1, "BYODS-FORBIDDEN"]);
  });
});

Deno.test("byods without the right to reach Webex's API names the flag", async () => {
  await using elsewhere = new FakeWebex();
  await withFolder(configuration, async (_webex, folder) => {
    const { code, error } = await byods(elsewhere, folder, ["list", "--config", "my.yaml"]);
    assert.equal(code, 1);
    assert.match(error, /Requires net access to "127\.0\.0\.1:\d+".*--allow-net.*\[BYODS-NO-PERMISSION\]/);
  });
});
