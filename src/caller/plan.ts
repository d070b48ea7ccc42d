import { LineCounter, parseDocument } from "yaml";
import * as z from "zod";

const ms = z.int().min(0);

const expectation = z.strictObject({
  event: z.enum(["answer", "transfer", "session_end", "custom", "no_match", "nothing"]).optional(),
  name: z.string().optional(),
  within_ms: ms.optional(),
  audio_at_least_ms: ms.optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  prompts: z.union([z.int().min(0), z.array(z.string())]).optional(),
  transcript: z.string().optional(),
  summary: z.string().optional(),
});

const ACTIONS = ["say", "press", "wait_ms", "no_input", "custom", "hang_up"] as const;

const step = z.strictObject({
  say: z.string().min(1).optional(),
  press: z.string().regex(/^[0-9*#A-Da-d]+$/, 'keys 0-9, *, # or A-D expected, in quotes: "12#"').optional(),
  wait_ms: ms.optional(),
  no_input: z.literal(true).optional(),
  custom: z.strictObject({
    name: z.string().min(1),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }).optional(),
  hang_up: z.literal(true).optional(),
  barge_in_at_ms: ms.optional(),
  expect: expectation.optional(),
}).superRefine((step, context) => {
  const actions = ACTIONS.filter((action) => step[action] !== undefined);
  if (actions.length !== 1) {
    const received = actions.length === 0 ? "none" : actions.join(" and ");
    context.addIssue({ code: "custom", message: `one of ${ACTIONS.join(", ")} expected: received ${received}` });
  }
  if (step.barge_in_at_ms !== undefined && step.say === undefined && step.press === undefined) {
    context.addIssue({ code: "custom", path: ["barge_in_at_ms"], message: "say or press expected beside it" });
  }
  if (step.wait_ms !== undefined && step.expect) {
    context.addIssue({ code: "custom", path: ["expect"], message: "an action that is answered expected beside it" });
  }
});

const plan = z.strictObject({
  agent: z.string().optional(),
  org: z.string().optional(),
  /** What is expected of the answer to SESSION_START. */
  welcome: expectation.optional(),
  steps: z.array(step).min(1),
});

/** What an answer must be like. Times in ms of the call. */
export type Expectation = z.infer<typeof expectation>;

/** Something the caller does, and where in the plan it stands. */
export type PlanStep = z.infer<typeof step> & { readonly line?: number };

/** A call as it should go. */
export type Plan = Omit<z.infer<typeof plan>, "steps"> & { readonly steps: readonly PlanStep[] };

/** A plan that cannot be read; every message names file and line. */
export class PlanError extends Error {
  override name = "PlanError";
}

/** Reads a plan from YAML. `file`: its name, for messages. Throws PlanError with a line for every problem. */
export function readPlan(text: string, file: string): Plan {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number, number, number] } | undefined;
      if (node?.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  const wrong = document.errors.map(({ pos, message }) => `${file}:${lineAt(pos[0])}: ${message}`);
  if (wrong.length > 0) throw new PlanError(wrong.join("\n"));
  const { success, data, error } = plan.safeParse(document.toJS());
  if (!success) throw new PlanError(error.issues.flatMap((issue) => describe(issue, file, lineOf)).join("\n"));
  return { ...data, steps: data.steps.map((step, at) => ({ ...step, line: lineOf(["steps", at]) })) };
}

function describe(issue: z.core.$ZodIssue, file: string, lineOf: (path: readonly PropertyKey[]) => number): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${file}:${lineOf(path)}: Cannot read ${path.join(".")}: a known option expected`;
    });
  }
  const place = issue.path.length === 0 ? "plan" : issue.path.join(".");
  return [`${file}:${lineOf(issue.path)}: Cannot read ${place}: ${issue.message}`];
}
