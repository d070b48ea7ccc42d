import type { ConnectorDefinition, ConnectorDeps } from "../call/connector.ts";
import type { Config } from "../config.ts";
import { type Check, fail, pass, skipped } from "./check.ts";

/** What each connector says about its own credentials and files. */
export function connectorsCheck(
  { connectors }: Pick<Config, "connectors">,
  // deno-lint-ignore no-explicit-any
  carried: readonly ConnectorDefinition<any>[],
  deps: ConnectorDeps,
): Check {
  return {
    title: "connectors",
    async run(signal) {
      if (connectors.length === 0) {
        return [fail("AGENT-NONE", "no connector is left to run", "name one under connectors, such as {type: echo}")];
      }
      const found = await Promise.all(connectors.map(async ({ id, kind, config }) => {
        const definition = carried.find((each) => each.kind === kind);
        if (!definition?.check) return [skipped(`${id} has nothing to check`)];
        const shortcomings = await definition.check(config, deps, signal);
        if (shortcomings.length === 0) return [pass(`${id} has what it needs`)];
        return shortcomings.map(({ code, problem, remedy }) => fail(code, `${id}: ${problem}`, remedy));
      }));
      return found.flat();
    },
  };
}
