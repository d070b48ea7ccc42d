import { Hono } from "hono";
import type { House } from "./house.ts";

/** A file of recordings, whole or in part, for players that leap (RFC 9110 section 14). */
export function recordingRoutes({ recordings }: Pick<House, "recordings">): Hono {
  const app = new Hono();
  app.get("/api/recordings/:file", async (c) => {
    const file = c.req.param("file");
    const known = await recordings?.describe(file);
    if (!known) return c.json({ error: "Cannot find the recording: no file of this name is kept" }, 404);
    c.header("Accept-Ranges", "bytes");
    c.header("Content-Type", "audio/wav");
    c.header("Content-Disposition", `inline; filename="${file.replaceAll(/[^\w.-]/g, "_")}"`);
    const range = rangeOf(c.req.header("Range"), known.bytes);
    if (range === "unsatisfiable") {
      c.header("Content-Range", `bytes */${known.bytes}`);
      return c.body(null, 416);
    }
    const { from, to } = range ?? { from: 0, to: known.bytes - 1 };
    c.header("Content-Length", String(to - from + 1));
    if (range) c.header("Content-Range", `bytes ${from}-${to}/${known.bytes}`);
    if (c.req.raw.method === "HEAD") return c.body(null, range ? 206 : 200);
    const body = await recordings!.read(file, from, to);
    return body ? c.body(body, range ? 206 : 200) : c.json({ error: "Cannot read the recording: it is gone" }, 404);
  });
  return app;
}

/** The one range that is asked for; undefined for the whole, also where several are asked for or none can be read. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { readonly from: number; readonly to: number } | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  const from = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  if (first !== "" && last !== "" && Number(last) < from) return undefined;
  return from > to ? "unsatisfiable" : { from, to };
}
