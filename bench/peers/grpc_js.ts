/**
 * A bare BYOVA server on grpc-js: it answers as the benchmark expects and detects no speech. Runs on Deno as it is, and
 * on Node after `deno bundle --platform deno`, see bench/README.md.
 *
 *   grpc_js.ts PORT PROTO_FOLDER WELCOME.wav ANSWER.wav [START_FRAME END_FRAME]
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const [port = "0", protoFolder = "proto", welcomeFile = "", answerFile = "", startFrame = "20", endFrame = "200"] =
  process.argv.slice(2);

interface Request {
  readonly audio_input: unknown;
  readonly event_input: { readonly event_type: number } | null;
}
type Response = Record<string, unknown>;

const SESSION_START = 1;
const FINAL = 0;
const saying = (file: string): Response => ({
  response_type: FINAL,
  prompts: [{ audio_content: readFileSync(file), is_barge_in_enabled: true }],
});
const telling = (event_type: number): Response => ({ response_type: FINAL, output_events: [{ event_type }] });

const WELCOME = saying(welcomeFile);
const ANSWER = saying(answerFile);
const START_OF_INPUT = telling(4);
const END_OF_INPUT = telling(5);
const START_FRAME = Number(startFrame);
const END_FRAME = Number(endFrame);

/** One turn: the frames of speech are counted, not heard. */
function processCallerInput(call: grpc.ServerDuplexStream<Request, Response>): void {
  let frames = 0;
  let heardEnd = false;
  call.on("data", ({ audio_input, event_input }: Request) => {
    if (audio_input !== null) {
      frames++;
      if (frames === START_FRAME) call.write(START_OF_INPUT);
      if (frames !== END_FRAME) return;
      heardEnd = true;
      call.write(END_OF_INPUT);
    } else {
      call.write(event_input?.event_type === SESSION_START ? WELCOME : {});
    }
  });
  call.on("end", () => {
    if (heardEnd) call.write(ANSWER);
    call.end();
  });
  call.on("error", () => {});
}

function listVirtualAgents(_call: unknown, respond: grpc.sendUnaryData<Response>): void {
  const agent = { virtual_agent_id: "bare", virtual_agent_name: "Bare", is_default: true };
  respond(null, { virtual_agents: [agent] });
}

const definition = loadSync("voicevirtualagent.proto", {
  includeDirs: [protoFolder],
  keepCase: true,
  enums: Number,
  defaults: true,
});
// deno-lint-ignore no-explicit-any -- what proto-loader makes has no types
const { VoiceVirtualAgent } = (grpc.loadPackageDefinition(definition) as any).com.cisco.wcc.ccai.media.v1;
const server = new grpc.Server();
server.addService(VoiceVirtualAgent.service, {
  ProcessCallerInput: processCallerInput,
  ListVirtualAgents: listVirtualAgents,
});
server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
  if (error !== null) throw error;
  console.log(bound);
});
