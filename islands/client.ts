/** Where the browser begins: takes over the page that the server has drawn. */
import { h, hydrate } from "preact";
import { Dashboard } from "./Dashboard.tsx";
import { LiveLine } from "./live_line.ts";
import { pages } from "./mod.ts";
import type { Drawn } from "./page.ts";

const drawn: Drawn = JSON.parse(document.getElementById("drawn")!.textContent!);
const line = new LiveLine(pages[drawn.name]!.live(drawn.props));
hydrate(h(Dashboard, { ...drawn, line }), document.getElementById("dashboard")!);
line.start();
