import { strict as assert } from "node:assert";
import { Status } from "../src/grpc/status.ts";
import { callUnary, GrpcChannel } from "../src/grpc/client.ts";
import { Health } from "../src/protocols/gen/health.ts";
import { ServerReflection } from "../src/protocols/gen/reflection.ts";
import { encodeVoiceVARequest, VoiceVirtualAgent } from "../src/protocols/gen/voicevirtualagent.ts";
import { Line } from "./gateway_harness.ts";
import { GatewayProcess } from "./gateway_process.ts";
import { join, silence, speech } from "./speech_samples.ts";

/** What a caller's side can do wrong or mean ill: memory stays bounded, and a bystander's call is not touched. */

const MB = 1024 * 1024;
const sentence = join(silence(300), speech("rms_booking"), silence(1500));

/** Does harm on lines of its own while a bystander's whole call goes on. Returns how much memory the harm has taken, in bytes. */
async function besides(harm: (house: GatewayProcess, line: () => Promise<Line>) => Promise<void>): Promise<number> {
  await using house = await GatewayProcess.start();
  await wholeCall(house);
  const before = await house.memory();
  const channels: GrpcChannel[] = [];
  const line = async () => {
    const channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: house.port });
    channels.push(channel);
    return new Line(channel);
  };
  const done = harm(house, line);
  let most = before;
  let over = false;
  done.finally(() => over = true);
  do {
    await wholeCall(house);
    most = Math.max(most, await house.memory());
  } while (!over);
  await done;
  for (const channel of channels) await channel[Symbol.asyncDispose]();
  await wholeCall(house);
  return most - before;
}

async function wholeCall(house: Line): Promise<void> {
  const call = house.call();
  assert.equal((await call.start()).status, Status.OK);
  const spoken = await call.say(sentence);
  assert.equal(spoken.responses.length, 3);
  assert.equal((await call.press("6")).responses[0]!.outputEvents[0]!.name, "session_ended");
}

Deno.test("100,000 frames after the caller's turn is over take no memory", async () => {
  const taken = await besides(async (_, line) => {
    const stream = (await line()).call().open();
    stream.speak(sentence);
    const frame = { audioInput: { callerAudio: new Uint8Array(160), encoding: 2, sampleRateHertz: 8000 } };
    for (let sent = 0; sent < 100_000 && stream.rpc.sending; sent++) {
      if (!stream.send(frame)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  assert.ok(taken < 60 * MB, `${taken / MB} MB`);
});

Deno.test("100,000 frames of an hour that nobody answers take no memory", async () => {
  const taken = await besides(async (_, line) => {
    const stream = (await line()).call().open();
    const frame = { audioInput: { callerAudio: new Uint8Array(160).fill(0xff), encoding: 2, sampleRateHertz: 8000 } };
    for (let sent = 0; sent < 100_000; sent++) {
      if (!stream.send(frame)) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assert.equal((await stream.finish()).status, Status.OK);
  });
  assert.ok(taken < 60 * MB, `${taken / MB} MB`);
});

Deno.test("10,000 half-open streams are borne, or refused, and are gone with their connections", async () => {
  const taken = await besides(async (_, line) => {
    for (let connection = 0; connection < 10; connection++) {
      const half = await line();
      for (let opened = 0; opened < 1000; opened++) half.stream();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  });
  assert.ok(taken < 100 * MB, `${taken / MB} MB`);
});

Deno.test("2,000 calls cancelled in the middle of a word leave nothing behind but their calls, which can go on", async () => {
  const taken = await besides(async (_, line) => {
    const ill = await line();
    for (let round = 0; round < 20; round++) {
      const streams = Array.from({ length: 100 }, () => ill.call().open());
      for (const stream of streams) stream.speak(join(silence(60), speech("slt_yes")), 1600);
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const stream of streams) stream.rpc.cancel();
    }
    const call = ill.call();
    const stream = call.open();
    stream.speak(sentence);
    stream.rpc.cancel();
    assert.equal((await call.press("5")).status, Status.OK);
  });
  assert.ok(taken < 100 * MB, `${taken / MB} MB`);
});

Deno.test("garbage on the port, in the frames and in the messages harms nobody", async () => {
  const taken = await besides(async (house, line) => {
    let seed = 1;
    const random = () => seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    for (let round = 0; round < 200; round++) {
      const conn = await Deno.connect({ hostname: "127.0.0.1", port: house.port });
      const bytes = Uint8Array.from({ length: 50 + round * 5 }, () => random() >>> 16);
      if (round % 2 === 0) bytes.set(new TextEncoder().encode("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
      await conn.write(bytes).catch(() => {});
      conn.close();
    }
    const ill = await line();
    for (let round = 0; round < 500; round++) {
      const stream = ill.stream();
      stream.send(Uint8Array.from({ length: round }, () => random() >>> 16));
      stream.halfClose();
      assert.notEqual((await stream.ended).status, Status.UNAVAILABLE);
    }
  });
  assert.ok(taken < 60 * MB, `${taken / MB} MB`);
});

Deno.test("a message larger than is taken gets RESOURCE_EXHAUSTED, and its connection lives on", async () => {
  await using house = await GatewayProcess.start();
  const finished = Promise.withResolvers<number>();
  const call = house.channel.open(VoiceVirtualAgent.ProcessCallerInput, [], {
    message() {},
    finished: (status) => finished.resolve(status),
  });
  call.send(
    encodeVoiceVARequest({
      conversationId: "c",
      customerOrgId: "o",
      audioInput: { callerAudio: new Uint8Array(3 * MB) },
    }),
  );
  assert.equal(await finished.promise, Status.RESOURCE_EXHAUSTED);
  await wholeCall(house);
});

Deno.test("what anybody may call takes short messages only, whatever others take", async () => {
  await using house = await GatewayProcess.start();
  for (const path of [Health.Check, Health.Watch, Health.List, ServerReflection.ServerReflectionInfo]) {
    const long = callUnary(house.channel, path, new Uint8Array(5000));
    await assert.rejects(long, { status: Status.RESOURCE_EXHAUSTED }, path);
  }
  await wholeCall(house);
});
