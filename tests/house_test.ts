import { strict as assert } from "node:assert";
import { reachable } from "./module_graph.ts";

/** What each room may import: the map of the README, enforced. A room not named here may import nothing of ours. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/lib": [],
  "src/audio": ["src/lib", "audio"],
  "src/http2": ["src/lib"],
  "src/grpc": ["src/http2", "src/lib"],
  "src/call": ["src/audio", "src/lib"],
  "src/recording": ["src/call", "src/audio", "src/lib"],
  "src/connectors": ["src/call", "src/recording", "src/audio", "src/http2", "src/lib"],
  "src/protocols": ["src/call", "src/audio", "src/grpc", "src/lib", "proto"],
  "src/caller": ["src/protocols/gen", "src/grpc", "src/audio", "src/lib", "audio"],
  "src/alerts": ["src/lib"],
  "src/auth": ["src/lib"],
  "src/store": ["src/call/event.ts", "src/call/input.ts", "src/lib"],
  "src/telemetry": ["src/call/event.ts", "src/lib"],
  "src/config": [
    "src/alerts/config.ts",
    "src/auth/byods/config.ts",
    "src/auth/login/config.ts",
    "src/auth/validation_config.ts",
    "src/call/expectation.ts",
    "src/call/output.ts",
    "src/recording/config.ts",
    "src/lib",
    "src/store/config.ts",
  ],
  "src/permissions": ["src/call/connector.ts", "src/config.ts", "src/lib"],
  "src/edge": ["src/call/connector.ts", "src/config.ts", "src/permissions", "src/lib", "config"],
  "src/doctor": [
    "src/auth",
    "src/call",
    "src/caller",
    "src/config.ts",
    "src/gateway.ts",
    "src/grpc",
    "src/lib",
    "src/permissions",
    "src/protocols/gen",
  ],
  "src/gateway": [
    "src/alerts",
    "src/audio",
    "src/auth",
    "src/call",
    "src/caller",
    "src/config.ts",
    "src/connectors",
    "src/grpc",
    "src/http2",
    "src/lib",
    "src/protocols",
    "src/recording",
    "src/store",
    "src/telemetry",
    "routes",
    "islands",
  ],
  "routes": [
    "src/auth/login",
    "src/call",
    "src/caller",
    "src/store/course.ts",
    "src/store/store.ts",
    "src/lib",
    "islands",
    "audio",
  ],
  "islands": ["src/lib/duration.ts", "src/lib/letters.ts"],
};
/** Files of the house that stand in no room. */
const ABOVE = ["main.ts", "src/commands.ts", "src/gateway.ts", "src/config.ts"];
const ROOT = new URL("../", import.meta.url);
/** The most lines a file may have; generated files are not counted. */
const MOST_LINES = 400;

interface Source {
  readonly path: string;
  readonly text: string;
}

Deno.test("no room imports one above it or beside it", async () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    for (const { path, text } of await sources(room)) {
      for (const [, specifier] of text.matchAll(/(?:from|import) "(\.[^"]+)"/g)) {
        const target = new URL(specifier!, new URL(path, ROOT)).pathname.slice(ROOT.pathname.length);
        const may = [room, ...allowed].some((home) => target === home || target.startsWith(`${home}/`));
        assert.ok(may, `${path} imports ${target}: ${room} may import only ${allowed.join(", ") || "nothing"}`);
      }
    }
  }
});

Deno.test("every room of the house is on the map", async () => {
  const rooms = new Set<string>();
  for (const { path } of [...await sources("src"), ...await sources("routes"), ...await sources("islands")]) {
    if (!ABOVE.includes(path)) rooms.add(path.split("/").slice(0, path.startsWith("src/") ? 2 : 1).join("/"));
  }
  for (const room of rooms) assert.ok(MAY_IMPORT[room], `${room} is not on the map of tests/house_test.ts`);
});

Deno.test("no file is longer than 400 lines", async () => {
  for (const { path, text } of await everything()) {
    const lines = text.split("\n").length;
    assert.ok(lines <= MOST_LINES, `${path} has ${lines} lines`);
  }
});

Deno.test("no file is named for nothing in particular", async () => {
  for (const { path } of await everything()) {
    assert.doesNotMatch(path, /(^|\/)(index|utils?|types|helpers?|misc|common)(_test)?\.tsx?$/);
    assert.match(path, /(^|\/)([a-z0-9_]+\.tsx?|[A-Z][A-Za-z]+\.tsx)$/, `${path} is not in snake_case`);
  }
});

Deno.test("clock, timers, network, environment and console stay in their rooms", async () => {
  const forbidden =
    /\bDate\.now\b|\bperformance\.now\b|\bset(Timeout|Interval)\(|\bconsole\.|\bDeno\.env\b|[^.\w]fetch\(/;
  for (const { path, text } of [...await sources("src"), ...await sources("routes")]) {
    if (/^src\/(lib\/|gateway\.ts|config\.ts)/.test(path)) continue;
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    assert.doesNotMatch(code, forbidden, `${path} reaches for time or the outside by itself`);
  }
});

Deno.test("node:http2 cannot be reached from the program, nor through any package that it carries", async () => {
  const program = await reachable("main.ts", ROOT);
  assert.ok(program.size > 400, `only ${program.size} modules were found`);
  for (const specifier of program) assert.doesNotMatch(specifier, /^node:http2$|grpc-js/);
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const peer = await reachable(imports["@grpc/grpc-js"], ROOT);
  assert.ok(peer.has("node:http2"), "a package that is known to load it was not seen to do so");
});

Deno.test("zod is imported as a namespace, of which the bundle carries only what is used", async () => {
  for (const { path, text } of await everything()) assert.doesNotMatch(text, /^import \{ z \} from "zod"/m, path);
});

Deno.test("every connector of the folder is on the list that the program carries", async () => {
  const list = await Deno.readTextFile(new URL("src/connectors/mod.ts", ROOT));
  for (const { path, text } of await sources("src/connectors")) {
    if (!text.includes("defineConnector")) continue;
    assert.ok(list.includes(`"./${path.slice("src/connectors/".length)}"`), `${path} is not in src/connectors/mod.ts`);
  }
});

async function everything(): Promise<Source[]> {
  const rooms = await Promise.all(["src", "routes", "islands", "tests", "bench", "proto", "release"].map(sources));
  return rooms.flat().concat(await Promise.all(["main.ts"].map(read)));
}

async function sources(room: string): Promise<Source[]> {
  const found: Source[] = [];
  try {
    for await (const entry of Deno.readDir(new URL(`${room}/`, ROOT))) {
      const path = `${room}/${entry.name}`;
      if (entry.isDirectory && entry.name !== "gen") found.push(...await sources(path));
      if (!entry.isFile || !/\.tsx?$/.test(entry.name)) continue;
      if (/_test\.tsx?$/.test(entry.name) && !room.startsWith("tests")) continue;
      found.push(await read(path));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
}

async function read(path: string): Promise<Source> {
  return { path, text: await Deno.readTextFile(new URL(path, ROOT)) };
}
