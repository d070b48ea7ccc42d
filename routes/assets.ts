import { createHash } from "node:crypto";
import { Hono } from "hono";
import client from "../islands/gen/client.js" with { type: "text" };
import microphone from "../islands/gen/microphone.js" with { type: "text" };
import style from "../islands/gen/client.css" with { type: "text" };
import theme from "../islands/gen/theme.js" with { type: "text" };

const JAVASCRIPT = "text/javascript; charset=utf-8";

/** What pages load, by name. */
const ASSETS = {
  "client.js": asset(client, JAVASCRIPT),
  "theme.js": asset(theme, JAVASCRIPT),
  "microphone.js": asset(microphone, JAVASCRIPT),
  "client.css": asset(style, "text/css; charset=utf-8"),
} as const;

/** The path of an asset: with every change of it another, so that a browser may keep what it has. */
export function assetPath(name: keyof typeof ASSETS): string {
  return `/assets/${ASSETS[name].hash}/${name}`;
}

/** What the pages load. */
export function assets(): Hono {
  const app = new Hono();
  app.get("/assets/:hash/:name", (c) => {
    const found = Object.entries(ASSETS).find(([name]) => name === c.req.param("name"))?.[1];
    if (!found || found.hash !== c.req.param("hash")) return c.notFound();
    c.header("Cache-Control", "public, max-age=31536000, immutable");
    c.header("ETag", `"${found.hash}"`);
    if (c.req.header("If-None-Match")?.includes(found.hash)) return c.body(null, 304);
    return c.body(found.text, 200, { "Content-Type": found.type });
  });
  return app;
}

function asset(text: string, type: string) {
  return { text, type, hash: createHash("sha256").update(text).digest("hex").slice(0, 16) };
}
