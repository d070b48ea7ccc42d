import type { ComponentType } from "preact";
import type { Answer } from "./answer.ts";
import type { LiveNumbers, Me } from "./facts.ts";

/** Where a page is: its path, what the path's names stand for, and "?…" or "". */
export interface Address {
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly search: string;
}

/** What a page is handed: what the API answered to each of its questions, and its address. */
export interface PageProps<Facts> {
  readonly facts: { readonly [K in keyof Facts]: Answer<Facts[K]> };
  readonly address: Address;
}

/** One page of the dashboard. `Facts`: what it asks the API for, by names of its own. */
export interface Page<Facts> {
  /** Its path, as Hono reads it: "/calls/:call_id". */
  readonly path: string;
  /** How it stands in the navigation, and the key that opens it after "g"; a page without stands nowhere. */
  readonly nav?: { readonly label: string; readonly key: string };
  title(address: Address): string;
  /** The path in the API of each question. `now` in ms since 1970. */
  asks(address: Address, now: number): { readonly [K in keyof Facts]: string };
  /** What it wants to hear of `/api/live`, as the query of that address: "topics=calls". */
  live(props: PageProps<Facts>): string;
  readonly View: ComponentType<PageProps<Facts>>;
}

/** A page, whatever its facts. */
export type AnyPage = Page<Readonly<Record<string, unknown>>>;

/** Returns the page as one of the list: what it asks and what it shows have been checked against each other. */
export function definePage<Facts>(page: Page<Facts>): AnyPage {
  return page as unknown as AnyPage;
}

/** What every page is told of the gateway. */
export interface HouseFacts extends LiveNumbers {
  readonly version: string;
  readonly now: string;
  readonly started_at: string;
  /** What to type in a second terminal to make a call. */
  readonly call_command: string;
  readonly me: Me;
  /** Where the program is that hears a microphone in the audio thread. */
  readonly microphone: string;
}

/** Everything that the browser needs to take over a page which the server has drawn. */
export interface Drawn {
  /** Its name in the list of pages. */
  readonly name: string;
  readonly props: PageProps<Readonly<Record<string, unknown>>>;
  readonly house: HouseFacts;
}
