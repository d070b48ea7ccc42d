import { Hono } from "hono";
import * as z from "zod";
import type { Conversation } from "../src/call/conversation.ts";
import type { House } from "./house.ts";
import { parametersOf, words, WrongParameter } from "./parameters.ts";

/** Which call is meant. */
export const actParameters = z.strictObject({
  org: words(20_000).optional().describe("The id of the call's organization; must be given."),
});

/** What can be done to a call from outside; false for one that is over. */
const ACTS: { readonly [A in "end" | "transfer"]: (call: Conversation) => boolean } = {
  end: (call) => call.end(),
  transfer: (call) => call.transfer(),
};

/** What acts on calls. */
export function actRoutes({ switchboard }: House): Hono {
  const app = new Hono();
  for (const [action, act] of Object.entries(ACTS)) {
    app.post(`/api/calls/:call_id/${action}`, (c) => {
      const callId = c.req.param("call_id")!;
      const { org } = parametersOf(c, actParameters);
      if (org === undefined) throw new WrongParameter("org", "the id of the call's organization", "");
      const call = switchboard.find(org, callId);
      if (call && act(call)) return c.json({ org_id: org, call_id: callId, action });
      return c.json({ error: `Cannot ${action} the call: none of this id goes on in this organization` }, 404);
    });
  }
  return app;
}
