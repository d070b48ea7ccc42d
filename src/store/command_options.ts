/** What `store` can be asked to do. */
export const STORE_ACTIONS = ["export", "backup", "check"] as const;
export type StoreAction = typeof STORE_ACTIONS[number];

/** The filters of an export: the parameters that `/api/calls.csv` takes of the same names. */
export const FILTERS = ["state", "agent", "connector", "org", "outcome", "from", "to", "text", "columns"] as const;

const FILTER_HELP: Readonly<Record<typeof FILTERS[number], readonly [takes: string, help: string]>> = {
  state: ["STATE", "live, ended or interrupted"],
  agent: ["ID", "of this agent"],
  connector: ["NAME", "of this connector"],
  org: ["ID", "of this organization"],
  outcome: ["OUTCOME", "that ended so"],
  from: ["TIME", "that started then or later, such as 2026-01-31T08:00:00Z"],
  to: ["TIME", "that started earlier"],
  text: ["TEXT", "in whose call id, tracking id, agent, reason or code it stands"],
  columns: ["NAMES", "only these columns, with commas between"],
};

/** What `store` takes, and which of its actions do. */
export const STORE_OPTIONS: readonly {
  readonly name: string;
  readonly takes: string;
  readonly help: string;
  readonly of: readonly StoreAction[];
}[] = [
  { name: "file", takes: "FILE", help: "another database than that of the configuration", of: STORE_ACTIONS },
  { name: "out", takes: "FILE", help: "export, backup: what to write", of: ["export", "backup"] },
  { name: "force", takes: "", help: "export, backup: replace what is there", of: ["export", "backup"] },
  { name: "json", takes: "", help: "backup, check: print one JSON object", of: ["backup", "check"] },
  { name: "format", takes: "FORMAT", help: "export: csv (default), json, or jsonl with a call a line", of: ["export"] },
  ...FILTERS.map((name) => {
    const [takes, help] = FILTER_HELP[name];
    return { name, takes, help: `export: ${name === "columns" ? "" : "only calls "}${help}`, of: ["export" as const] };
  }),
];
