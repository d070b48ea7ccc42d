import type { LabelledNumber, Reading } from "./reading.ts";

/** How things stand with those who may call, and with what proves who we are. Each part is undefined where it is off. */
export interface TrustNumbers {
  /** RPCs with a token that holds, and those without by reason: turned away, or only reported. */
  readonly callers: {
    readonly admitted: number;
    readonly refused: Readonly<Record<string, number>>;
    readonly tolerated: Readonly<Record<string, number>>;
  } | undefined;
  /** The certificates of our ports, and how many days each is still good for. */
  certificates(): readonly { readonly on: string; readonly daysLeft: number }[];
  /** The registration with Webex; times in ms since 1970. */
  registration():
    | { readonly state: string; readonly expiresAt: number | undefined; readonly failures: number }
    | undefined;
  /** The time of day, in ms since 1970. */
  now(): number;
}

const SECONDS_PER_DAY = 86_400;

/** The numbers of tokens, certificates and the registration. */
export function trustReadings({ callers, certificates, registration, now }: TrustNumbers): readonly Reading[] {
  const byReason = (counts: Readonly<Record<string, number>> | undefined): LabelledNumber[] =>
    Object.entries(counts ?? {}).map(([reason, count]) => [[reason], count]);
  return [
    {
      name: "byova_tokens_admitted",
      help: "RPCs whose token holds.",
      type: "counter",
      read: () => callers?.admitted ?? 0,
    },
    {
      name: "byova_tokens_refused",
      help: "RPCs that were turned away for their token, by reason.",
      type: "counter",
      labels: ["reason"],
      read: () => byReason(callers?.refused),
    },
    {
      name: "byova_tokens_tolerated",
      help: "RPCs that would have been turned away if tokens were enforced, by reason.",
      type: "counter",
      labels: ["reason"],
      read: () => byReason(callers?.tolerated),
    },
    {
      name: "byova_certificate_expiry_seconds",
      help: "Time until the certificate of a port is no longer good; below 0 it is not.",
      type: "gauge",
      labels: ["port"],
      read: () => certificates().map(({ on, daysLeft }): LabelledNumber => [[on], daysLeft * SECONDS_PER_DAY]),
    },
    {
      name: "byova_registration_expiry_seconds",
      help: "Time until the token of the registration with Webex lapses; below 0 it has.",
      type: "gauge",
      labels: ["state"],
      read: () => {
        const { state, expiresAt } = registration() ?? {};
        return state === undefined || expiresAt === undefined ? [] : [[[state], (expiresAt - now()) / 1000]];
      },
    },
    {
      name: "byova_registration_failures",
      help: "Attempts to renew the registration with Webex that failed.",
      type: "counter",
      read: () => registration()?.failures ?? 0,
    },
  ];
}
