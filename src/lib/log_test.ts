import { strict as assert } from "node:assert";
import { systemClock } from "./clock.ts";
import { configureLogging, type Log, type LoggingOptions } from "./log.ts";

/** Runs `use` with logs set up and returns the lines on standard output. */
async function logged(options: Partial<LoggingOptions>, use: (log: Log) => void): Promise<string[]> {
  let text = "";
  const write = (bytes: Uint8Array) => {
    text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  };
  const logging = configureLogging({
    format: "auto",
    gateway: { level: "info" },
    web: { level: "warn" },
    clock: systemClock,
    out: { write, isTerminal: () => false },
    err: { write },
    ...options,
  });
  use(logging.log);
  await logging.close(1000);
  return text.split("\n").slice(0, -1);
}

Deno.test("a child's lines carry its name and its fields", async () => {
  const [line] = await logged({}, (log) => {
    const call = log.child("call", { call: "c1" }).child("turn", { turn: 2 });
    call.info("Turn {ended}", { ms: 20 });
  });
  const { ts, ...rest } = JSON.parse(line!);
  assert.match(ts, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(rest, {
    level: "info",
    logger: "byova.call.turn",
    msg: "Turn {ended}",
    call: "c1",
    turn: 2,
    ms: 20,
  });
});

Deno.test("each part is heard from its own level", async () => {
  const lines = await logged({}, (log) => {
    for (const part of [log, log.child("web"), log.child("web").child("api")]) {
      part.debug("Debug");
      part.info("Info");
      part.warn("Warn");
      part.error("Error");
    }
  });
  assert.deepEqual(lines.map((line) => JSON.parse(line)).map(({ logger, level }) => `${logger} ${level}`), [
    "byova info",
    "byova warn",
    "byova error",
    "byova.web warn",
    "byova.web error",
    "byova.web.api warn",
    "byova.web.api error",
  ]);
});

Deno.test("a terminal gets text, and the format can be chosen", async () => {
  const terminal = { write: () => Promise.resolve(1), isTerminal: () => true };
  let text = "";
  const out = {
    ...terminal,
    write: (bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  await logged({ out }, (log) => log.info("Hello", { who: "Ada" }));
  assert.match(text, /^\d{4}-\d\d-\d\d [\d:.]+ INFO {2}byova: Hello who=Ada\n$/);
  text = "";
  await logged({ out, format: "json" }, (log) => log.info("Hello"));
  assert.equal(JSON.parse(text).msg, "Hello");
});

Deno.test("each part's file gets its own lines", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = { maxBytes: 10_000, backups: 1 };
    const lines = await logged({
      gateway: { level: "info", file: { ...file, path: `${folder}/g.log`, format: "auto" } },
      web: { level: "info", file: { ...file, path: `${folder}/w.log`, format: "text" } },
    }, (log) => {
      log.child("call").info("Called");
      log.child("web").info("Visited");
    });
    assert.equal(lines.length, 2);
    assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/g.log`)).msg, "Called");
    assert.match(await Deno.readTextFile(`${folder}/w.log`), /^\S+ \S+ INFO {2}byova\.web: Visited\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a file that cannot be written is said once on standard error, and the rest goes on", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/taken`;
    await Deno.mkdir(path);
    const lines = await logged({
      gateway: { level: "info", file: { path, maxBytes: 10_000, backups: 1, format: "auto" } },
      clock: { ...systemClock, setTimer: (ms, fire) => systemClock.setTimer(Math.min(ms, 20), fire) },
    }, (log) => log.info("Called"));
    assert.ok(
      lines.some((line) => line.startsWith(`Cannot write the log to ${path}: lines are lost`)),
      lines.join("\n"),
    );
    assert.ok(lines.some((line) => line.includes('"msg":"Called"')));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a reader that stalls neither stops the program nor fills its memory", async () => {
  const script = new URL("../../tests/fixtures/noisy_server.ts", import.meta.url);
  await using child = new Deno.Command(Deno.execPath(), {
    // 300,000 lines are 80 MB: a program that keeps them dies.
    args: ["run", "--quiet", "--no-check", "--allow-all", "--v8-flags=--max-old-space-size=64", script.pathname],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // A program that its reader has stopped would never say its port.
  const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
  try {
    const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
    const port = Number((await errors.read()).value);
    assert.ok(port > 0, "the program stopped with its reader");
    errors.cancel();
    for (let visit = 0; visit < 3; visit++) {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      const answer = await new Response(connection.readable).text();
      assert.ok(Number(answer) > 250_000, answer);
    }
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"lost":')) text += (await reader.read()).value;
    await reader.cancel();
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    assert.match(await new Response(connection.readable).text(), /^\d+\n$/, "a reader that leaves is survived");
  } finally {
    clearTimeout(patience);
  }
});
