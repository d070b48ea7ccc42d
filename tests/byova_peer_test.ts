import { strict as assert } from "node:assert";
import { GatewayProcess } from "./gateway_process.ts";

Deno.test("grpc-js and proto-loader, in a process of their own, make a whole call", async () => {
  await using house = await GatewayProcess.start();
  const script = new URL("./peers/byova_grpc_js.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--allow-all", script, String(house.port)] });
  const { success, stdout } = await command.output();
  assert.ok(success);
  const { welcome, spoken, pressing, pressed, left, ...rest } = JSON.parse(new TextDecoder().decode(stdout));
  assert.deepEqual(rest, {
    agents: [["Local Audio: Local Playback", true], ["Echo: Echo", false]],
    health: "SERVING",
    unknown: 5,
    services: 4,
  });
  assert.deepEqual([welcome.code, welcome.tracking, welcome.answers.length], [0, "track-7", 1]);
  assert.deepEqual([welcome.answers[0].mode, welcome.answers[0].keys], ["INPUT_VOICE_DTMF", 1]);
  assert.ok(welcome.answers[0].audio[0] > 20_000);
  const events = spoken.answers.map(({ events }: { events: string[] }) => events);
  assert.deepEqual([spoken.code, events], [0, [["START_OF_INPUT"], ["END_OF_INPUT"], []]]);
  assert.ok(spoken.answers[2].audio[0] > 4000);
  assert.deepEqual([pressing.code, pressing.answers], [0, []]);
  assert.deepEqual([pressed.code, pressed.answers[0].events], [0, ["TRANSFER_TO_AGENT"]]);
  assert.deepEqual([left.code, left.answers.length, left.answers[0].events], [0, 1, []]);
});
