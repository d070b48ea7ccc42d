import { OutputEvent_EventType as EventType } from "../protocols/gen/byova_common.ts";
import {
  type VoiceVAResponse,
  VoiceVAResponse_ResponseType as ResponseType,
} from "../protocols/gen/voicevirtualagent.ts";
import type { Exchange } from "./exchange.ts";
import { showMs } from "./timeline.ts";

/** Returns the name of a value of a generated enum. */
export function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? String(value);
}

/**
 * Says in a few words what a response is, and in a note what it holds. `audioMs`: audio of its prompts; `exchange`: what
 * was sent before it came, in frames of `frameMs`.
 */
export function describeResponse(
  response: VoiceVAResponse,
  audioMs: number,
  exchange: Pick<Exchange, "speechFrames" | "silenceFrames" | "chunks" | "audioMs" | "answered">,
  frameMs: number,
): { what: string; note: string } {
  const { prompts, outputEvents, responseType } = response;
  const event = outputEvents[0];
  const counted = (frames: number, what: string) => frames === 0 ? "" : `after ${showMs(frames * frameMs)} of ${what}`;
  if (event?.eventType === EventType.START_OF_INPUT) {
    return { what: "START_OF_INPUT", note: counted(exchange.speechFrames, "speech") };
  }
  if (event?.eventType === EventType.END_OF_INPUT) {
    return { what: "END_OF_INPUT", note: counted(exchange.silenceFrames, "silence") };
  }
  const audible = prompts.filter(({ audioContent }) => audioContent.length > 0).length;
  const spoken = prompts.filter(({ text, audioUri, audioContent }) => text || audioUri || audioContent.length).length;
  const what: string[] = [];
  if (event) what.push(nameOf(EventType, event.eventType));
  if (responseType === ResponseType.CHUNK && audible > 0) what.push(`chunk ${showMs(audioMs)}`);
  else if (spoken > 0) {
    what.push(`${spoken === 1 ? "prompt" : `${spoken} prompts`} ${audible > 0 ? showMs(audioMs) : "of text"}`);
  }
  if (prompts.some(({ isBargeInEnabled }) => isBargeInEnabled)) what.push("barge-in");
  if (what.length === 0 || responseType === ResponseType.PARTIAL) what.push(nameOf(ResponseType, responseType));
  const notes: string[] = [];
  if (event?.name) notes.push(event.name);
  notes.push(...prompts.filter(({ text }) => text).map(({ text }) => JSON.stringify(text)));
  if (event?.metadata && Object.keys(event.metadata).length > 0) notes.push(JSON.stringify(event.metadata));
  if (exchange.chunks > 1 && exchange.answered) {
    notes.push(`${exchange.chunks} chunks, ${showMs(exchange.audioMs)}`);
  }
  return { what: what.join(", "), note: notes.join(" ") };
}
