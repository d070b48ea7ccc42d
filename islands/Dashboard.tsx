import type { LiveLine } from "./live_line.ts";
import { pages } from "./mod.ts";
import type { Drawn } from "./page.ts";
import { Shell } from "./Shell.tsx";

/** A page in its shell: the same on the server, which draws it, and in the browser, which takes it over. */
export function Dashboard({ name, props, house, line }: Drawn & { line?: LiveLine }) {
  const { View } = pages[name]!;
  return (
    <Shell house={house} pages={Object.values(pages)} path={props.address.path} line={line}>
      <View {...props} />
    </Shell>
  );
}
