import { type Alert, AlertBoard } from "../alerts/alert_board.ts";
import type { AlertOptions } from "../alerts/config.ts";
import type { Readings } from "../alerts/rule.ts";
import { Webhook } from "../alerts/webhook.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import { type Store, StoreError } from "../store/store.ts";

/** Alerts of an earlier run that may go on. */
const MOST_FIRING = 1000;

/** Opens the board of alerts over what the gateway knows. What was firing when it last ran goes on, if the store tells. */
export async function openAlerts(
  { rules, webhook, everyMs }: AlertOptions,
  { store, readings, clock, log }: {
    readonly store: Store;
    readonly readings: Omit<Readings, "numbers" | "storeTrouble">;
    readonly clock: Clock;
    readonly log: Log;
  },
  built: AsyncDisposableStack,
): Promise<AlertBoard> {
  const receiver = webhook && built.use(new Webhook(webhook, { fetch, clock, log }));
  return built.use(
    new AlertBoard(rules, {
      clock,
      log,
      readings: {
        ...readings,
        numbers: (query) => store.numbers(query),
        storeTrouble: () => store.state().state === "degraded" ? store.state().why : "",
      },
      deliver: receiver && ((alert) => receiver.deliver(alert)),
      onChange: (alert) => store.keepAlert(alert),
    }, { firing: await firingBefore(store), everyMs }),
  );
}

async function firingBefore(store: Store): Promise<readonly Alert[]> {
  try {
    return await store.alerts({ state: "firing", offset: 0, limit: MOST_FIRING });
  } catch (error) {
    if (error instanceof StoreError) return [];
    throw error;
  }
}
