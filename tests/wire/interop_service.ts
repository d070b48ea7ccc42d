import { GrpcServer, type Method, type Rpc, unary } from "../../src/grpc/server.ts";
import type { Status } from "../../src/grpc/status.ts";
import { Reader, writer } from "../../src/lib/protobuf.ts";

/** A message of interop.proto. */
export interface Ask {
  readonly answerBytes?: number;
  readonly body?: Uint8Array;
  readonly status?: number;
  readonly message?: string;
}

const NOTHING = new Uint8Array(0);

export function encodeAsk({ answerBytes = 0, body = NOTHING, status = 0, message = "" }: Ask): Uint8Array {
  writer.start();
  if (message !== "") writer.string(4 << 3 | 2, message);
  if (status !== 0) writer.int32(3 << 3, status);
  if (body.length > 0) writer.byteString(2 << 3 | 2, body);
  if (answerBytes !== 0) writer.int32(1 << 3, answerBytes);
  return writer.finish();
}

export function decodeAsk(bytes: Uint8Array): Required<Ask> {
  const reader = new Reader(bytes);
  const ask = { answerBytes: 0, body: NOTHING, status: 0, message: "" };
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === (1 << 3)) ask.answerBytes = reader.int32();
    else if (tag === (2 << 3 | 2)) ask.body = reader.byteString().slice();
    else if (tag === (3 << 3)) ask.status = reader.int32();
    else if (tag === (4 << 3 | 2)) ask.message = reader.string();
    else reader.skip(tag);
  }
  return ask;
}

/** An answer with a body of zeros. */
export function encodeAnswer(bodyBytes: number): Uint8Array {
  writer.start();
  if (bodyBytes > 0) writer.byteString(1 << 3 | 2, new Uint8Array(bodyBytes));
  return writer.finish();
}

/** The length of an answer's body. */
export function decodeAnswer(bytes: Uint8Array): number {
  const reader = new Reader(bytes);
  let length = 0;
  while (reader.at < reader.end) {
    const tag = reader.tag();
    if (tag === (1 << 3 | 2)) length = reader.byteString().length;
    else reader.skip(tag);
  }
  return length;
}

/** The interop service on a port of its own, on our server. Connections end at an age of `maxAgeMs`. */
export function listenInterop(maxAgeMs = Infinity): GrpcServer {
  const server = GrpcServer.listen({
    hostname: "127.0.0.1",
    port: 0,
    maxAgeMs,
    methods: new Map([
      ["/wire.Interop/Unary", answerEach],
      ["/wire.Interop/Collect", collect],
      ["/wire.Interop/Duplex", answerEach],
      ["/wire.Interop/Leave", unary(decodeAsk, encodeAnswer, () => (server.drain(), 0))],
    ]),
    onError: (error) => {
      throw error;
    },
  });
  return server;
}

/** Serves Unary and Duplex: a message is answered as it comes. */
const answerEach: Method = (rpc) => {
  echoMetadata(rpc);
  return { message: (bytes) => answer(rpc, decodeAsk(bytes.view())), halfClosed: () => rpc.finish(), cancelled() {} };
};

const collect: Method = (rpc) => {
  let sum = 0;
  const halfClosed = () => {
    rpc.send(encodeAnswer(sum));
    rpc.finish();
  };
  return { message: (bytes) => void (sum += decodeAsk(bytes.view()).body.length), halfClosed, cancelled() {} };
};

function answer(rpc: Rpc, { status, message, answerBytes }: Required<Ask>): void {
  if (status !== 0) rpc.finish(status as Status, message);
  else if (answerBytes >= 0) rpc.send(encodeAnswer(answerBytes));
}

function echoMetadata(rpc: Rpc): void {
  const echoed = [...rpc.metadata].filter(([name]) => name === "echo" || name === "echo-bin");
  if (echoed.length > 0) rpc.respondWith(echoed);
}
