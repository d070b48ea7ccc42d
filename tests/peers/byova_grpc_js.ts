// A whole BYOVA call by grpc-js and proto-loader, against the gateway on port Deno.args[0]: prints what came back as JSON.
import * as grpc from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

// deno-lint-ignore no-explicit-any -- what proto-loader makes has no types
type Untyped = any;

const folder = new URL("../../proto/", import.meta.url).pathname;
const options = { includeDirs: [folder], keepCase: true, enums: String, defaults: true, longs: Number };
const loaded: Untyped = grpc.loadPackageDefinition(loadSync(["voicevirtualagent.proto", "health.proto"], options));
const address = `127.0.0.1:${Deno.args[0]}`;
const credentials = grpc.credentials.createInsecure();
const agents = new loaded.com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent(address, credentials);
const health = new loaded.grpc.health.v1.Health(address, credentials);
const ids = { conversation_id: "grpc-js-call", customer_org_id: "org-1" };

function unary(client: Untyped, method: string, request: object): Promise<Untyped> {
  return new Promise((resolve) => {
    client[method](request, (error: grpc.ServiceError | null, answer: Untyped) => resolve(error ? error.code : answer));
  });
}

/** Sends requests on one stream, half-closes, and returns what came back. */
function turn(requests: readonly object[], stopsAtEnd = false): Promise<Untyped> {
  return new Promise((resolve) => {
    const metadata = new grpc.Metadata();
    metadata.set("trackingid", "track-7");
    const call = agents.ProcessCallerInput(metadata);
    const answers: Untyped[] = [];
    let tracking: unknown;
    call.on("metadata", (initial: grpc.Metadata) => tracking = initial.get("trackingid")[0]);
    call.on("data", (answer: Untyped) => {
      answers.push({
        type: answer.response_type,
        events: answer.output_events.map((event: Untyped) => event.event_type),
        audio: answer.prompts.map((prompt: Untyped) => prompt.audio_content.length),
        mode: answer.input_mode,
        keys: answer.input_handling_config?.dtmf_config?.dtmf_input_length,
      });
      if (stopsAtEnd && answer.output_events[0]?.event_type === "END_OF_INPUT") call.end();
    });
    call.on("error", () => {});
    call.on("status", (status: grpc.StatusObject) => resolve({ answers, tracking, code: status.code }));
    for (const request of requests) call.write({ ...ids, ...request });
    if (!stopsAtEnd) call.end();
  });
}

/** 20 ms frames of a recording: half a second of silence, the words, two seconds of silence. */
function frames(file: string): object[] {
  const words = Deno.readFileSync(new URL(`../speech/${file}`, import.meta.url)).subarray(44);
  const data = new Uint8Array(4000 + words.length + 16_000).fill(0xff);
  data.set(words, 4000);
  return Array.from({ length: Math.floor(data.length / 160) }, (_, at) => ({
    audio_input: {
      caller_audio: data.subarray(at * 160, at * 160 + 160),
      encoding: "MULAW_FORMAT",
      sample_rate_hertz: 8000,
      audio_timestamp: { seconds: 1_700_000_000 + at, nanos: 5 },
      language_code: "en-US",
    },
  }));
}

const listed = await unary(agents, "ListVirtualAgents", { customer_org_id: "org-1" });
console.log(JSON.stringify({
  agents: listed.virtual_agents.map((agent: Untyped) => [agent.virtual_agent_id, agent.is_default]),
  health: (await unary(health, "Check", { service: "com.cisco.wcc.ccai.media.v1.VoiceVirtualAgent" })).status,
  unknown: await unary(health, "Check", { service: "nobody" }),
  services: Object.keys((await unary(health, "List", {})).statuses).length,
  welcome: await turn([{ event_input: { event_type: "SESSION_START", name: "call_start" } }]),
  spoken: await turn(frames("slt_booking.wav"), true),
  pressing: await turn([{ event_input: { event_type: "START_OF_DTMF" } }]),
  pressed: await turn([{ dtmf_input: { dtmf_events: ["DTMF_DIGIT_FIVE"] } }]),
  left: await turn([{ event_input: { event_type: "SESSION_END" } }]),
}));
agents.close();
health.close();
