import type { ConfigError } from "../config.ts";
import { fail, type Finding, pass, warn } from "./check.ts";
import { checksFor, type DoctorDeps, type Patient } from "./checks.ts";
import { examine, type Examined } from "./examination.ts";
import { asJson, checklist, diagnosisOf, DOCTOR_EXIT } from "./report.ts";

export interface DoctorCommandOptions {
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Examines an installation, prints what was found, and returns the exit code (see `DOCTOR_EXIT`). */
export async function runDoctorCommand(
  patient: Patient & { readonly warnings: readonly string[] },
  deps: DoctorDeps,
  options: DoctorCommandOptions,
): Promise<number> {
  const noted: readonly Finding[] = patient.warnings.map((warning) =>
    warn("CFG-NOTE", warning, "change the key if that is not what you want")
  );
  const configuration = { title: "configuration", findings: [pass(`${patient.file} can be used`), ...noted] };
  return tell([configuration, ...await examine(checksFor(patient, deps), deps.clock)], options);
}

/** Prints what is wrong with a configuration that cannot be used: nothing else can be examined then. */
export function tellRefusal({ problems, codes }: ConfigError, options: DoctorCommandOptions): number {
  const findings = problems.map((problem, at) =>
    fail(codes[at] ?? "CFG-VALUE", problem, "correct it: config/config.yaml names every key with its default")
  );
  return tell([{ title: "configuration", findings }], options);
}

function tell(examined: readonly Examined[], { json, print }: DoctorCommandOptions): number {
  if (json) print(asJson(examined));
  else checklist(examined).forEach(print);
  return DOCTOR_EXIT[diagnosisOf(examined)];
}
