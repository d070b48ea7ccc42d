/** How `deno task start` runs the gateway. */
export interface StartCommand {
  /** The variables that it sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Its flags for Deno, word for word. */
  readonly flags: readonly string[];
}

/** Reads it from deno.json. */
export async function startCommand(): Promise<StartCommand> {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  const words = (tasks.start.command as string).replaceAll("'", "").split(" ");
  const program = words.indexOf("deno");
  return {
    env: Object.fromEntries(words.slice(0, program).map((word) => word.split("=") as [string, string])),
    flags: words.slice(program + 2, words.indexOf("main.ts")),
  };
}
