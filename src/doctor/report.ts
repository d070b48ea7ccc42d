import type { Finding } from "./check.ts";
import type { Examined } from "./examination.ts";

/** What the doctor leaves behind: 0 all is well, 1 something fails, 3 it runs but should be looked at. */
export const DOCTOR_EXIT = { pass: 0, fail: 1, warn: 3 } as const;
export type Diagnosis = keyof typeof DOCTOR_EXIT;

const MARKS: { readonly [Verdict in Finding["verdict"]]: string } = {
  pass: "ok  ",
  warn: "WARN",
  fail: "FAIL",
  skipped: "-   ",
};

/** The worst that was found. */
export function diagnosisOf(examined: readonly Examined[]): Diagnosis {
  const verdicts = examined.flatMap(({ findings }) => findings.map(({ verdict }) => verdict));
  return verdicts.includes("fail") ? "fail" : verdicts.includes("warn") ? "warn" : "pass";
}

/** The checklist, one line a finding, and what to do below each that is not well. */
export function checklist(examined: readonly Examined[]): string[] {
  const width = Math.max(...examined.map(({ title }) => title.length));
  const lines = examined.flatMap(({ title, findings }) =>
    findings.flatMap((finding) => {
      const line = `${MARKS[finding.verdict]}  ${title.padEnd(width)}  ${finding.said}`;
      if (!("code" in finding)) return [line];
      return [`${line} [${finding.code}]`, `${" ".repeat(width + 8)}→ ${finding.remedy}`];
    })
  );
  const count = (verdict: Finding["verdict"]) =>
    examined.flatMap(({ findings }) => findings).filter((finding) => finding.verdict === verdict).length;
  const sum = `${count("pass")} well, ${count("warn")} to look at, ${count("fail")} failing, ${
    count("skipped")
  } skipped`;
  return [...lines, "", diagnosisOf(examined) === "pass" ? sum : `${sum}: docs/troubleshooting.md explains each code`];
}

/** The same for programs. */
export function asJson(examined: readonly Examined[]): string {
  const checks = examined.flatMap(({ title, findings }) => findings.map((finding) => ({ check: title, ...finding })));
  return JSON.stringify({ diagnosis: diagnosisOf(examined), checks }, undefined, 2);
}
