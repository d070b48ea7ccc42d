import { type Store, StoreError } from "./store.ts";

const WHY = "The store is off: store.enabled is false";

/** Remembers nothing. */
export const offStore: Store = {
  state: () => ({ state: "off", why: WHY, bytes: 0, calls: 0, lost: 0 }),
  calls: refuse,
  call: refuse,
  errors: refuse,
  numbers: refuse,
  trend: refuse,
  logs: refuse,
  keepLog() {},
  keepAlert() {},
  alerts: refuse,
  keepDeed() {},
  deeds: refuse,
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

function refuse(): Promise<never> {
  return Promise.reject(new StoreError(`Cannot ask the store: ${WHY}`));
}
