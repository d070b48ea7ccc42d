/** Where a value can come from besides the file. */
export interface Override {
  /** The dotted key it sets. */
  readonly key: string;
  /** Its flag on the command line, without the dashes. */
  readonly flag: string;
  /** What the flag takes, for the help text; "" when it takes nothing and means true. */
  readonly takes: string;
  /** One line of help. */
  readonly help: string;
  /** The environment variables that set it; the first that is not empty counts. */
  readonly variables: readonly string[];
  /** Keys that would hide the value, and so are forgotten when the environment or the command line gives it. */
  readonly hides?: readonly string[];
}

const LOG_LEVELS = ["logging.gateway.level", "logging.web.level"];

/** Every key that the command line and the environment can set. */
export const OVERRIDES: readonly Override[] = [
  { key: "gateway.host", flag: "host", takes: "ADDRESS", help: "address of the gRPC port", variables: [] },
  { key: "gateway.port", flag: "port", takes: "PORT", help: "gRPC port", variables: ["GATEWAY_PORT", "PORT"] },
  { key: "monitoring.host", flag: "http-host", takes: "ADDRESS", help: "address of the HTTP port", variables: [] },
  {
    key: "monitoring.port",
    flag: "http-port",
    takes: "PORT",
    help: "HTTP port of the dashboard and its API",
    variables: ["GATEWAY_HTTP_PORT"],
  },
  {
    key: "logging.level",
    flag: "log-level",
    takes: "LEVEL",
    help: "debug, info, warn or error",
    variables: ["LOG_LEVEL"],
    hides: LOG_LEVELS,
  },
  { key: "logging.format", flag: "log-format", takes: "FORMAT", help: "text, json or auto", variables: [] },
  {
    key: "insecure",
    flag: "insecure",
    takes: "",
    help: "allow ports that anybody can reach and nobody guards",
    variables: ["GATEWAY_INSECURE"],
  },
];
