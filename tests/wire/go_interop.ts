import protobuf from "protobufjs";
import { GrpcServer, type Method, type Rpc, unary } from "../../src/grpc/server.ts";
import type { Status } from "../../src/grpc/status.ts";

/** The service that gRPC's own interop clients call, on our server, and its messages. */

const { root } = protobuf.parse(await Deno.readTextFile(new URL("go_interop.proto", import.meta.url)));

/** A message of go_interop.proto, both ways. */
export class Message<M extends object> {
  readonly #type: protobuf.Type;

  constructor(name: string) {
    this.#type = root.lookupType(`grpc.testing.${name}`);
  }

  readonly encode = (message: M): Uint8Array => this.#type.encode(message).finish();

  readonly decode = (bytes: Uint8Array): M =>
    this.#type.toObject(this.#type.decode(bytes), { defaults: true, arrays: true }) as M;
}

interface Payload {
  readonly body: Uint8Array;
}
interface EchoStatus {
  readonly code: number;
  readonly message: string;
}

export const Empty = new Message<Record<never, never>>("Empty");
export const SimpleRequest = new Message<{ responseSize?: number; payload?: Payload; responseStatus?: EchoStatus }>(
  "SimpleRequest",
);
export const SimpleResponse = new Message<{ payload: Payload }>("SimpleResponse");
export const StreamingInputCallRequest = new Message<{ payload: Payload }>("StreamingInputCallRequest");
export const StreamingInputCallResponse = new Message<{ aggregatedPayloadSize: number }>("StreamingInputCallResponse");
export const StreamingOutputCallRequest = new Message<{
  responseParameters?: readonly { readonly size: number; readonly intervalUs?: number }[];
  payload?: Payload;
  responseStatus?: EchoStatus;
}>("StreamingOutputCallRequest");
export const StreamingOutputCallResponse = new Message<{ payload: Payload }>("StreamingOutputCallResponse");

/** The fields whose values come back: one with the head, one behind the status. */
export const ECHO_FIRST = "x-grpc-test-echo-initial";
export const ECHO_LAST = "x-grpc-test-echo-trailing-bin";

const zeros = (size: number): Payload => ({ body: new Uint8Array(size) });

/** The service on a port of its own. */
export function listenForGo(): GrpcServer {
  const methods: Record<string, Method> = {
    EmptyCall: unary(Empty.decode, Empty.encode, () => ({})),
    UnaryCall: (rpc) =>
      listening(rpc, SimpleRequest, ({ responseSize = 0, responseStatus }) => {
        if (!ends(rpc, responseStatus)) rpc.send(SimpleResponse.encode({ payload: zeros(responseSize) }));
      }),
    StreamingInputCall: (rpc) => {
      let sum = 0;
      const take = ({ payload }: { payload: Payload }) => void (sum += payload.body.length);
      return listening(rpc, StreamingInputCallRequest, take, () => {
        rpc.send(StreamingInputCallResponse.encode({ aggregatedPayloadSize: sum }));
      });
    },
    StreamingOutputCall: outputs,
    FullDuplexCall: outputs,
  };
  return GrpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    methods: new Map(Object.entries(methods).map(([name, method]) => [`/grpc.testing.TestService/${name}`, method])),
    onError: (error) => {
      throw error;
    },
  });
}

/** Answers each message with as many as it asks for, at once. */
const outputs: Method = (rpc) =>
  listening(rpc, StreamingOutputCallRequest, ({ responseParameters = [], responseStatus }) => {
    if (ends(rpc, responseStatus)) return;
    for (const { size } of responseParameters) rpc.send(StreamingOutputCallResponse.encode({ payload: zeros(size) }));
  });

/** Hears an RPC, sends back what metadata is to come back, and ends when the client does. */
function listening<M extends object>(rpc: Rpc, request: Message<M>, take: (message: M) => void, last = () => {}) {
  const echoed = (name: string) => [...rpc.metadata].filter(([key]) => key === name);
  rpc.respondWith(echoed(ECHO_FIRST));
  return {
    message: (bytes: { view(): Uint8Array }) => take(request.decode(bytes.view())),
    halfClosed() {
      last();
      rpc.finish(0, "", echoed(ECHO_LAST));
    },
    cancelled() {},
  };
}

/** Ends the RPC with the status that the client wants to hear, if it wants one. */
function ends(rpc: Rpc, status: EchoStatus | undefined): boolean {
  if (!status || status.code === 0) return false;
  rpc.finish(status.code as Status, status.message);
  return true;
}
