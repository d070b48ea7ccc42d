import assert from "node:assert/strict";
import protobuf from "protobufjs";
import descriptor from "protobufjs/ext/descriptor/index.js";
import { GrpcChannel } from "../grpc/client.ts";
import { GrpcServer } from "../grpc/server.ts";
import { Status } from "../grpc/status.ts";
import {
  decodeServerReflectionResponse,
  encodeServerReflectionRequest,
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "./gen/reflection.ts";
import { encodeVoiceVARequest } from "./gen/voicevirtualagent.ts";
import { reflection } from "./reflection.ts";

type Question = Partial<ServerReflectionRequest>;

/** Asks all questions on one stream, and returns the answers in order. */
async function ask(questions: Question[], path: string = ServerReflection.ServerReflectionInfo) {
  await using server = GrpcServer.listen({ hostname: "127.0.0.1", port: 0, methods: new Map(reflection()) });
  await using channel = await GrpcChannel.connect({ hostname: "127.0.0.1", port: server.port });
  const answers: ServerReflectionResponse[] = [];
  const { promise, resolve } = Promise.withResolvers<Status>();
  const call = channel.open(path, [], {
    message: (bytes) => void answers.push(decodeServerReflectionResponse(bytes.slice())),
    finished: resolve,
  });
  for (const question of questions) call.send(encodeServerReflectionRequest(question));
  call.halfClose();
  assert.equal(await promise, Status.OK);
  return answers;
}

/** The messages that the descriptors describe, in the hands of another implementation. */
function rootOf(answer: ServerReflectionResponse): protobuf.Root {
  const file = answer.fileDescriptorResponse!.fileDescriptorProto.map((bytes) =>
    descriptor.FileDescriptorProto.decode(bytes)
  );
  // deno-lint-ignore no-explicit-any -- the extension's types are its own
  const root = (protobuf.Root as any).fromDescriptor({ file }) as protobuf.Root;
  root.resolveAll();
  return root;
}

Deno.test("a tool lists the services, by the name of today and by the older one", async () => {
  for (
    const path of [
      ServerReflection.ServerReflectionInfo,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
    ]
  ) {
    const [answer] = await ask([{ host: "gateway", listServices: "" }], path);
    assert.equal(answer!.validHost, "gateway");
    assert.deepEqual(answer!.originalRequest!.listServices, "");
    assert.deepEqual(answer!.listServicesResponse!.service.map(({ name }) => name).toSorted(), [
      "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent",
      "grpc.health.v1.Health",
      "grpc.reflection.v1.ServerReflection",
    ]);
  }
});

Deno.test("from what it is told about the service a tool can read and call it", async () => {
  const space = "com.cisco.wcc.ccai.media.v1";
  const [answer] = await ask([{ fileContainingSymbol: `${space}.VoiceVirtualAgent.ProcessCallerInput` }]);
  const root = rootOf(answer!);
  const method = root.lookupService(`${space}.VoiceVirtualAgent`).methods["ProcessCallerInput"]!;
  assert.deepEqual([method.requestStream, method.responseStream], [true, true]);
  assert.equal(root.lookupEnum(`${space}.VoiceInput.VoiceEncoding`).values["MULAW_FORMAT"], 2);
  const request = root.lookupType(`${space}.VoiceVARequest`);
  const sent = encodeVoiceVARequest({
    conversationId: "c",
    audioInput: { callerAudio: Uint8Array.of(1, 2), encoding: 2, audioTimestamp: 1500 },
    additionalInfo: { a: "b" },
  });
  const read = request.toObject(request.decode(sent), { enums: String, longs: Number, arrays: true });
  assert.equal(read["conversation_id"], "c");
  assert.deepEqual(read["additional_info"], [{ key: "a", value: "b" }]);
  assert.equal(request.lookupType("AdditionalInfoEntry").getOption("map_entry"), true);
  assert.equal(read["audio_input"].encoding, "MULAW_FORMAT");
  assert.deepEqual(read["audio_input"].audio_timestamp, { seconds: 1, nanos: 500_000_000 });
});

Deno.test("files come with what they import, each once, and every file that is imported can be had", async () => {
  const [answer] = await ask([{ fileByFilename: "voicevirtualagent.proto" }]);
  const files = answer!.fileDescriptorResponse!.fileDescriptorProto.map((bytes) =>
    // deno-lint-ignore no-explicit-any -- the extension's types are its own
    descriptor.FileDescriptorProto.decode(bytes) as any
  );
  assert.deepEqual(files.map(({ name }) => name).toSorted(), [
    "byova_common.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "voicevirtualagent.proto",
  ]);
  assert.equal(files[0].name, "voicevirtualagent.proto");
  const struct = files.find(({ name }) => name === "google/protobuf/struct.proto");
  // deno-lint-ignore no-explicit-any -- the extension's types are its own
  const value = struct.messageType.find(({ name }: any) => name === "Value");
  // deno-lint-ignore no-explicit-any -- the extension's types are its own
  assert.ok(value.field.some(({ name, jsonName }: any) => name === "null_value" && jsonName === "nullValue"));
});

Deno.test("what is unknown is answered, and the questions behind it too", async () => {
  const message = "grpc.health.v1.HealthCheckRequest";
  const answers = await ask([
    { fileContainingSymbol: "no.Such" },
    { fileByFilename: "__proto__" },
    { allExtensionNumbersOfType: message },
    { allExtensionNumbersOfType: "no.Such" },
    { fileContainingExtension: { containingType: message, extensionNumber: 1 } },
    {},
    { fileContainingSymbol: message },
  ]);
  assert.deepEqual(answers.map(({ errorResponse }) => errorResponse?.errorCode), [5, 5, undefined, 5, 5, 3, undefined]);
  assert.equal(answers[2]!.allExtensionNumbersResponse!.baseTypeName, message);
  assert.equal(answers[6]!.fileDescriptorResponse!.fileDescriptorProto.length, 1);
});
