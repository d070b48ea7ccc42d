import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { CallRow, ConnectorFact } from "./facts.ts";
import { healthOf } from "./health.ts";
import { legible, legibleText } from "./legible.ts";
import { standing } from "./outcome.ts";

/** A titled part of a page; `aside` stands at the right of its title. */
export function Panel({ title, aside, children }: {
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = useId();
  return (
    <section class="panel" aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** A number under its name. */
export function Figure({ name, tone, more, children }: {
  name: string;
  tone?: "good" | "warn" | "bad" | undefined;
  more?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone}>
        {children} {more !== undefined && <small>{more}</small>}
      </dd>
    </div>
  );
}

/** A value beside its name; nothing at all for one that is not known. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  if (children === null || children === undefined || children === "") return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{typeof children === "string" ? legibleText(children) : children}</dd>
    </div>
  );
}

/** How a call stands. */
export function Standing({ call }: { call: Pick<CallRow, "state" | "outcome"> }) {
  const { words, tone } = standing(call);
  return <span class={`badge ${tone}`}>{legible(words)}</span>;
}

/** How a connector is. */
export function Health({ of }: { of: ConnectorFact }) {
  const { words, tone } = healthOf(of);
  return <span class={`badge ${tone}`}>{words}</span>;
}

/** Where a call has a page of its own. */
export function callPath({ call_id, org_id, started_at }: Pick<CallRow, "call_id" | "org_id" | "started_at">): string {
  const query = new URLSearchParams({ org: org_id, started: started_at });
  return `/calls/${encodeURIComponent(call_id)}?${query}`;
}

/** Part of a whole as a percentage: "98.2 %". */
export function percent(part: number | null): string {
  return part === null ? "–" : `${Math.round(part * 1000) / 10} %`;
}

/** Bytes as people read them: "1.5 MB". */
export function showBytes(bytes: number): string {
  const power = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${["bytes", "kB", "MB", "GB"][power]}`;
}
