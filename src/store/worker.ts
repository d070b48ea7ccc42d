/** What runs in the store's worker: `deno task gen` builds gen/worker.js from it. */
import { systemClock } from "../lib/clock.ts";
import { Keeper } from "./keeper.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const port = self as unknown as {
  onmessage: (event: MessageEvent<ToWorker>) => void;
  postMessage(message: FromWorker): void;
};
let keeper: Keeper | undefined;

port.onmessage = ({ data }) => {
  if (data.type !== "open") keeper?.receive(data);
  else keeper ??= new Keeper(data.settings, data.session, systemClock, (message) => port.postMessage(message));
};
