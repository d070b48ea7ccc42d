import { strict as assert } from "node:assert";
import {
  dataSourceConfig,
  type DataSourceOptions,
  dataSourceProblems,
  readDataSource,
} from "../../src/auth/byods/config.ts";
import type { DataSourceLifecycle } from "../../src/auth/byods/lifecycle.ts";
import { openLifecycle } from "../../src/auth/byods/mod.ts";
import type { RegistrationState } from "../../src/auth/byods/state.ts";
import { keepingLog, type Line } from "../logs.ts";
import { ManualClock } from "../manual_clock.ts";
import { type FakeOptions, FakeWebex } from "./fake_webex.ts";

export const MINUTE = 60_000;
export const STATIC = { type: "static", access_token: "static-access-token-of-the-test" };
export const REFRESH = {
  type: "oauth_refresh",
  client_id: "C-client",
  client_secret: "hidden-client-secret",
  refresh_token: "refresh-1-of-the-test-integration",
};

/** What `section` says in YAML, as options. */
export function optionsOf(section: Record<string, unknown>): DataSourceOptions {
  const values = dataSourceConfig.parse({ enabled: true, url: "https://voice.example.org", auth: STATIC, ...section });
  const expected = { enabled: false, datasource_url: "", datasource_schema_uuid: "" };
  assert.deepEqual(dataSourceProblems(values, expected), []);
  return readDataSource(values, expected);
}

/** Webex's API, a clock that the test moves, a folder for tokens, and gateways' lifecycles that use them. */
export class RegisteredGateways implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly log: Line[] = [];
  readonly webex: FakeWebex;
  readonly lifecycles: DataSourceLifecycle[] = [];
  /** Requests without an answer. */
  #asking = 0;
  readonly #fetch: typeof fetch = async (input, init) => {
    this.#asking++;
    try {
      return await fetch(input, init);
    } finally {
      this.#asking--;
    }
  };

  private constructor(readonly folder: string, fake: FakeOptions) {
    this.webex = new FakeWebex({ now: () => this.clock.date(), ...fake });
  }

  static async open(fake: FakeOptions = {}): Promise<RegisteredGateways> {
    return new RegisteredGateways(await Deno.makeTempDir(), fake);
  }

  get store(): string {
    return `${this.folder}/tokens.json`;
  }

  /** A gateway's lifecycle, not yet started; `section` is what its configuration says beside the usual. */
  lifecycle(section: Record<string, unknown> = {}, random = 0): DataSourceLifecycle {
    const options = optionsOf({ api_base_url: this.webex.baseUrl, token_store: this.store, ...section });
    const deps = { fetch: this.#fetch, clock: this.clock, log: keepingLog(this.log), random: () => random };
    const lifecycle = openLifecycle(options, deps);
    this.lifecycles.push(lifecycle);
    return lifecycle;
  }

  /** One that is started: the first attempt is over. */
  async started(section: Record<string, unknown> = {}, random = 0): Promise<DataSourceLifecycle> {
    const lifecycle = this.lifecycle({ fail_startup_on_error: false, ...section }, random);
    await lifecycle.start();
    await this.until(() => lifecycle.state().nextAttemptAt !== undefined);
    return lifecycle;
  }

  /** Resolves once `condition` holds; meanwhile lets time pass by `stepMs` again and again, if that is given, and slowly while Webex is being asked. */
  async until(condition: () => boolean, stepMs = 0): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < 5000; turn++) {
      if (condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
      quiet = this.#asking > 0 ? 0 : quiet + 1;
      if (stepMs > 0) this.clock.advance(quiet < 5 ? Math.min(stepMs, 10) : stepMs);
    }
    assert.fail(
      `it did not come about: ${condition}\n${JSON.stringify(this.log, undefined, 1)}\n${this.webex.requests}`,
    );
  }

  /** Resolves once the lifecycle has failed `times` times in all, time passing for pauses between attempts. */
  async failed(lifecycle: DataSourceLifecycle, times = 1): Promise<RegistrationState> {
    await this.until(() => lifecycle.state().failures >= times, 250);
    return lifecycle.state();
  }

  /** The lines of the log that an operator is woken by. */
  alerts(): string[] {
    return this.log.filter(({ level }) => level === "error").map(({ message, fields }) =>
      `${fields.state}: ${message}`
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const lifecycle of this.lifecycles) await lifecycle[Symbol.asyncDispose]();
    await this.webex[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
