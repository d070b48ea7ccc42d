import { defineConnector } from "../../call/connector.ts";
import { lexNeeds } from "./needs.ts";
import { type LexConfig, lexConfig } from "./options.ts";

/** Lets bots of Amazon Lex V2 answer calls. The SDK of AWS is a third of the program and is loaded where it is used. */
export const awsLex = defineConnector<LexConfig>({
  kind: "aws_lex",
  config: lexConfig,
  needs: lexNeeds,
  check: async (config, deps, signal) => await (await import("./check.ts")).checkLex(config, deps, signal),
  async create(config, deps, id) {
    const [{ connectLex }, { openClients }] = await Promise.all([import("./connect.ts"), import("./clients.ts")]);
    return await connectLex(config, deps, { id, clients: openClients(config, deps) });
  },
});
