import { Hono } from "hono";
import type { Context } from "hono";
import { renderToString } from "preact-render-to-string";
import { type Answer, readAnswer } from "../islands/answer.ts";
import { Dashboard } from "../islands/Dashboard.tsx";
import type { Me } from "../islands/facts.ts";
import { pages as all } from "../islands/mod.ts";
import type { AnyPage, Drawn, HouseFacts } from "../islands/page.ts";
import { assetPath } from "./assets.ts";
import { DocumentHead } from "./document_head.tsx";
import { type House, numbersOf } from "./house.ts";

/** Asks the API, as whoever asked for the page. */
export type Ask = (path: string, c: Context) => Response | Promise<Response>;

/** The pages: each is drawn here with what the API answers to its questions, and taken over by the browser. */
export function pages(house: House, ask: Ask): Hono {
  const app = new Hono();
  for (const [name, page] of Object.entries(all)) {
    app.get(page.path, async (c) => {
      const [facts, me] = await Promise.all([factsOf(page, c, { ask, now: house.clock.date() }), whoLooks(c, ask)]);
      const address = addressOf(c);
      const drawn: Drawn = { name, props: { facts, address }, house: factsOfHouse(house, me) };
      const unknown = Object.values(facts).some((answer) => !answer.ok && answer.status === 404);
      return c.html(documentOf(drawn, page.title(address)), unknown ? 404 : 200);
    });
  }
  return app;
}

function addressOf(c: Context) {
  return { path: c.req.path, params: c.req.param() as Record<string, string>, search: new URL(c.req.url).search };
}

async function factsOf(
  page: AnyPage,
  c: Context,
  { ask, now }: { ask: Ask; now: number },
): Promise<Record<string, Answer<unknown>>> {
  const answers = Object.entries(page.asks(addressOf(c), now)).map(async ([question, path]) => {
    return [question, await readAnswer(await ask(path, c))] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}

const NOBODY: Me = { login: "off", user: null, csrf: "" };

async function whoLooks(c: Context, ask: Ask): Promise<Me> {
  const answer = await readAnswer<Me>(await ask("/api/me", c));
  return answer.ok ? answer.value : NOBODY;
}

function factsOfHouse(house: House, me: Me): HouseFacts {
  return {
    version: house.version,
    now: new Date(house.clock.date()).toISOString(),
    started_at: new Date(house.startedAt).toISOString(),
    ...numbersOf(house),
    call_command: callCommand(house),
    me,
    microphone: assetPath("microphone.js"),
  };
}

function callCommand({ grpc: { host, port } }: House): string {
  const target = host === "0.0.0.0" ? "127.0.0.1" : host;
  return port === 50051 ? "deno task call" : `deno task call --target ${target}:${port}`;
}

function documentOf(drawn: Drawn, title: string): string {
  const page = (
    <html lang="en">
      <head>
        <DocumentHead title={title} />
        <script src={assetPath("client.js")} defer />
      </head>
      <body>
        <div id="dashboard">
          <Dashboard {...drawn} />
        </div>
        <script type="application/json" id="drawn" dangerouslySetInnerHTML={{ __html: embedded(drawn) }} />
      </body>
    </html>
  );
  return `<!doctype html>${renderToString(page)}`;
}

/** JSON that cannot end the script element it stands in, nor begin a comment (HTML, "restrictions for contents of script"). */
function embedded(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
