/**
 * Loaded by `deno run --preload` before the program: adds two connectors to the list of src/connectors/mod.ts that no
 * operator wants, and tells of the memory every second.
 */
import * as z from "zod";
import { TELEPHONY } from "../../src/audio/format.ts";
import { type Connector, type ConnectorDefinition, defineConnector } from "../../src/call/connector.ts";
import { connectors } from "../../src/connectors/mod.ts";

function bad(kind: string, converse: Connector["converse"]): ConnectorDefinition<unknown> {
  return defineConnector<unknown>({
    kind,
    config: z.strictObject({}),
    create: () =>
      Promise.resolve({
        hears: { as: "utterances", format: TELEPHONY },
        speaks: "prompts",
        agents: () => Promise.resolve([{ id: kind, name: kind }]),
        converse,
      }),
  });
}

(connectors as ConnectorDefinition<unknown>[]).push(
  // deno-lint-ignore require-yield -- it never answers, until the call is over
  bad("dead", async function* ({ signal }) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }),
  // deno-lint-ignore require-yield
  bad("throwing", async function* (_call, caller) {
    for await (const _ of caller) throw new Error("a vendor's own words");
  }),
);

const encoder = new TextEncoder();
Deno.unrefTimer(setInterval(() => {
  const { rss, heapUsed } = Deno.memoryUsage();
  void Deno.stdout.write(encoder.encode(`${JSON.stringify({ memory: { rss, heapUsed } })}\n`));
}, 1000));
