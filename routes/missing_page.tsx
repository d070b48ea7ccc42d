import type { Context } from "hono";
import { renderToString } from "preact-render-to-string";
import { BarePage } from "./bare_page.tsx";

/** Answers that there is nothing at this address: people with a page, programs with JSON. */
export function missing(c: Context): Response | Promise<Response> {
  const isForPeople = /\btext\/html\b/.test(c.req.header("Accept") ?? "") && !c.req.path.startsWith("/api/");
  if (!isForPeople) return c.json({ error: "Cannot find the page: see / for what there is" }, 404);
  const page = (
    <BarePage title="No such page">
      <p>There is no page at this address.</p>
      <a class="button first" href="/">Go to the overview</a>
    </BarePage>
  );
  return c.html(`<!doctype html>${renderToString(page)}`, 404);
}
