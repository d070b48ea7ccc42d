import type { ConnectorDefinition } from "../call/connector.ts";
import { awsLex } from "./aws_lex/mod.ts";
import { echo } from "./echo.ts";
import { localAudio } from "./local_audio.ts";

/** Every connector the program carries. To add one, add its line. */
// deno-lint-ignore no-explicit-any
export const connectors: readonly ConnectorDefinition<any>[] = [
  localAudio,
  echo,
  awsLex,
];
