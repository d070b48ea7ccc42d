import type { CallInfo } from "../../call/connector.ts";
import type { CallerInput, Data } from "../../call/input.ts";
import type { LexConfig } from "./options.ts";

/** The attributes that go with a call, as Lex takes them: text by name. */
export interface LexAttributes {
  /** With the first turn: Lex keeps them as long as the session. */
  readonly session: Readonly<Record<string, string>>;
  /** With every turn. */
  readonly request: Readonly<Record<string, string>>;
}

/** Attributes travel in HTTP headers, which are bounded: names and values of one kind together, in characters. */
const MOST_CHARACTERS = 4000;
/** AWS keeps this prefix for itself: no flow may set Lex's own rules. */
const RESERVED = /^x-amz-lex:/i;
/** Lex's own ear goes by this one (Lex V2 developer guide, "Enabling your bot to be interrupted by your user"). */
const NO_INTERRUPTION = ["x-amz-lex:allow-interrupt:*:*", "false"] as const;

/** An event of the flow. */
export type FlowEvent = Pick<Extract<CallerInput, { type: "custom" }>, "name" | "data">;

/** The longest text that Lex takes (Lex V2 API reference, RecognizeText). */
const MOST_TEXT = 1024;

/** Returns a name for the call's session, new for each call: 2 to 100 characters of those that Lex takes. `date`: ms since 1970. */
export function sessionId(call: CallInfo, date: number): string {
  const id = call.id.replaceAll(/[^0-9A-Za-z._:-]/g, "_").slice(0, 70);
  return `session_${id}_${date.toString(36)}`;
}

/**
 * Puts together what a bot is told about a call: what the flow gave as parameters, then what the configuration names, which
 * wins. Values may hold {conversation_id}, {org_id}, {agent_id}, {language}, {start_name}, {vendor_config},
 * {parameters.NAME} and {additional_info.NAME}. What does not fit is left out, the last first.
 */
export function attributesOf(call: CallInfo, config: LexConfig): LexAttributes {
  const { pass_parameters: passes, session_attributes, request_attributes } = config;
  const parameters = scalars(call.parameters);
  const own = (templates: Readonly<Record<string, string>>) =>
    Object.entries(templates).map(([name, template]) => [name, filled(template, call)] as const);
  return {
    session: fitting([
      ...own(session_attributes),
      ...(config.barge_in_enabled ? [] : [NO_INTERRUPTION]),
      ...(passes === "session" ? parameters : []),
    ]),
    request: fitting([...own(request_attributes), ...(passes === "request" ? parameters : [])]),
  };
}

/**
 * Returns what `custom_events` makes of an event, and its data as attributes of the request; undefined where it makes
 * nothing of it. Besides what other values may hold, these may hold {name} and {data.NAME} of the event.
 */
export function wordsForEvent(
  event: FlowEvent,
  call: CallInfo,
  { custom_events: lines, pass_parameters: passes }: LexConfig,
): { readonly text: string; readonly attributes: Readonly<Record<string, string>> } | undefined {
  const template = Object.hasOwn(lines, event.name) ? lines[event.name] : lines["*"];
  const text = filled(template ?? "", call, event).trim().slice(0, MOST_TEXT);
  if (text === "") return undefined;
  const attributes = passes === "none" ? [] : [["event_name", event.name] as const, ...scalars(event.data)];
  return { text, attributes: fitting(attributes) };
}

/** What of a flow's data can be an attribute. */
function scalars(data: Data): (readonly [name: string, value: string])[] {
  return Object.entries(data).flatMap(([name, value]) =>
    isScalar(value) && name !== "" && !RESERVED.test(name) ? [[name, String(value)] as const] : []
  );
}

function fitting(pairs: readonly (readonly [name: string, value: string])[]): Record<string, string> {
  const kept = new Map<string, string>();
  let characters = 0;
  for (const [name, value] of pairs) {
    characters += name.length + value.length;
    if (kept.has(name)) continue;
    if (characters > MOST_CHARACTERS) break;
    kept.set(name, value);
  }
  return Object.fromEntries(kept);
}

function filled(template: string, call: CallInfo, event?: FlowEvent): string {
  const plain: Readonly<Record<string, string>> = {
    conversation_id: call.id,
    org_id: call.orgId,
    agent_id: call.agentId,
    language: call.language,
    start_name: call.startName,
    vendor_config: call.vendorConfig,
    ...(event ? { name: event.name } : {}),
  };
  const parts: Readonly<Record<string, Data>> = {
    parameters: call.parameters,
    additional_info: call.additionalInfo,
    ...(event ? { data: event.data } : {}),
  };
  return template.replaceAll(/\{(\w+)(?:\.([^{}]+))?\}/g, (whole, name: string, part: string | undefined) => {
    if (part === undefined) return Object.hasOwn(plain, name) ? plain[name]! : whole;
    if (!Object.hasOwn(parts, name)) return whole;
    const from = parts[name]!;
    const value = Object.hasOwn(from, part) ? from[part] : undefined;
    return isScalar(value) ? String(value) : "";
  });
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
