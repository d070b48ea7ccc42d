import assert from "node:assert/strict";
import { ManualClock } from "../../tests/manual_clock.ts";
import { Http2Connection } from "./connection.ts";
import { ErrorCode } from "./errors.ts";
import { Flag, FrameType, PREFACE, readUint32 } from "./frames.ts";
import {
  close,
  codeOfGoaway,
  frame,
  headers,
  Peer,
  repeat,
  REQUEST,
  serve,
  SETTINGS,
  uint32,
} from "./peer_in_memory_test.ts";
import type { HeaderList } from "./static_table.ts";

/** What a client may not send, and the code of the GOAWAY it gets. */
const CONNECTION_ERRORS: Record<string, [code: ErrorCode, ...parts: Uint8Array[]]> = {
  "a frame of 16,385 bytes": [ErrorCode.FRAME_SIZE_ERROR, frame(FrameType.DATA, 0, 1, new Uint8Array(16_385))],
  "DATA on stream 0": [ErrorCode.PROTOCOL_ERROR, frame(FrameType.DATA, 0, 0, uint32(1))],
  "DATA on an idle stream": [ErrorCode.PROTOCOL_ERROR, frame(FrameType.DATA, 0, 1, uint32(1))],
  "more padding than payload": [
    ErrorCode.PROTOCOL_ERROR,
    headers(1),
    frame(FrameType.DATA, Flag.PADDED, 1, Uint8Array.of(1)),
  ],
  "HEADERS on an even stream": [ErrorCode.PROTOCOL_ERROR, headers(2)],
  "HEADERS below the last stream": [ErrorCode.PROTOCOL_ERROR, headers(5), headers(3)],
  "a malformed header block": [
    ErrorCode.COMPRESSION_ERROR,
    frame(FrameType.HEADERS, Flag.END_HEADERS, 1, Uint8Array.of(0x80)),
  ],
  "CONTINUATION without HEADERS": [ErrorCode.PROTOCOL_ERROR, headers(1), frame(FrameType.CONTINUATION, 4, 1)],
  "a frame inside a header block": [
    ErrorCode.PROTOCOL_ERROR,
    headers(1, REQUEST, 0),
    frame(FrameType.PING, 0, 0, uint32(1, 2)),
  ],
  "DATA after END_STREAM": [
    ErrorCode.STREAM_CLOSED,
    headers(1, REQUEST, Flag.END_HEADERS | Flag.END_STREAM),
    frame(FrameType.DATA, 0, 1, uint32(1)),
  ],
  "DATA after RST_STREAM": [
    ErrorCode.STREAM_CLOSED,
    headers(1),
    frame(FrameType.RST_STREAM, 0, 1, uint32(8)),
    frame(FrameType.DATA, 0, 1, uint32(1)),
  ],
  "RST_STREAM on an idle stream": [ErrorCode.PROTOCOL_ERROR, frame(FrameType.RST_STREAM, 0, 1, uint32(8))],
  "SETTINGS of 5 bytes": [ErrorCode.FRAME_SIZE_ERROR, frame(FrameType.SETTINGS, 0, 0, new Uint8Array(5))],
  "a window of 2³¹ bytes": [
    ErrorCode.FLOW_CONTROL_ERROR,
    frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 4, 0x80, 0, 0, 0)),
  ],
  "PUSH_PROMISE": [ErrorCode.PROTOCOL_ERROR, headers(1), frame(FrameType.PUSH_PROMISE, 4, 1, uint32(2))],
  "PING of 4 bytes": [ErrorCode.FRAME_SIZE_ERROR, frame(FrameType.PING, 0, 0, uint32(1))],
  "WINDOW_UPDATE of 0": [ErrorCode.PROTOCOL_ERROR, frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0))],
  "a window grown beyond 2³¹ − 1": [
    ErrorCode.FLOW_CONTROL_ERROR,
    frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(0x7fff_ffff)),
  ],
  "more DATA than a stream's window": [
    ErrorCode.FLOW_CONTROL_ERROR,
    headers(1),
    repeat(5, frame(FrameType.DATA, 0, 1, new Uint8Array(16_384))),
  ],
};

for (const [what, [code, ...parts]] of Object.entries(CONNECTION_ERRORS)) {
  Deno.test(`a client that sends ${what} gets GOAWAY ${code}`, async () => {
    const served = serve();
    served.peer.send(...parts);
    assert.equal(await codeOfGoaway(served), code);
  });
}

/** Requests that are refused alone: their stream is reset, the connection goes on. */
const STREAM_ERRORS: Record<string, HeaderList> = {
  "a capital in a field name": [...REQUEST, ["X-a", "b"]],
  "a field of HTTP/1.1": [...REQUEST, ["connection", "close"]],
  "te other than trailers": [...REQUEST, ["te", "gzip"]],
  "no :path": [[":method", "POST"], [":scheme", "http"]],
  "an empty :path": [[":method", "POST"], [":scheme", "http"], [":path", ""]],
  "two :path": [...REQUEST, [":path", "/c"]],
  "a pseudo-header field of responses": [...REQUEST, [":status", "200"]],
  "a pseudo-header field behind others": [[":method", "POST"], ["a", "b"], [":scheme", "http"], [":path", "/"]],
  "a line break in a value": [...REQUEST, ["a", "b\r\nc: d"]],
  "a content-length that is no number": [...REQUEST, ["content-length", "-1"]],
  "two lengths of content": [...REQUEST, ["content-length", "1"], ["content-length", "2"]],
};

for (const [what, list] of Object.entries(STREAM_ERRORS)) {
  Deno.test(`a request with ${what} is reset, and the next one is served`, async () => {
    const served = serve();
    served.peer.send(headers(1, list), headers(3), frame(FrameType.PING, 0, 0, uint32(0, 0)));
    const reset = await served.peer.next(FrameType.RST_STREAM);
    assert.deepEqual([reset.id, readUint32(reset.payload, 0)], [1, ErrorCode.PROTOCOL_ERROR]);
    await served.peer.next(FrameType.PING);
    assert.deepEqual(served.streams.map((stream) => stream.id), [3]);
    await close(served);
  });
}

Deno.test("a body of another length than content-length says is reset", async () => {
  const served = serve();
  served.peer.send(
    headers(1, [...REQUEST, ["content-length", "5"]]),
    frame(FrameType.DATA, Flag.END_STREAM, 1, uint32(1)),
  );
  assert.equal(readUint32((await served.peer.next(FrameType.RST_STREAM)).payload, 0), ErrorCode.PROTOCOL_ERROR);
  assert.deepEqual(served.heard, ["1 data 4", "1 lost 1"]);
  await close(served);
});

const RESPONSE: HeaderList = [[":status", "200"]];
const ENDS = Flag.END_HEADERS | Flag.END_STREAM;

/** What a server may answer to stream 1, and what becomes of it for the client. */
const RESPONSES: Record<string, [heard: readonly string[], ...parts: Uint8Array[]]> = {
  "a head, DATA and trailers": [
    ["head 200", "data 4", "ended"],
    headers(1, [...RESPONSE, ["content-length", "4"]]),
    frame(FrameType.DATA, 0, 1, uint32(1)),
    headers(1, [["grpc-status", "0"]], ENDS),
  ],
  "word that a response will come, and a response": [
    ["head 200", "ended"],
    headers(1, [[":status", "103"]]),
    headers(1, RESPONSE, ENDS),
  ],
  "no content, whatever its length": [
    ["head 304", "ended"],
    headers(1, [[":status", "304"], ["content-length", "4"]], ENDS),
  ],
  "DATA before the head": [["lost 1"], frame(FrameType.DATA, 0, 1, uint32(1))],
  "an informational response that ends": [["lost 1"], headers(1, [[":status", "103"]], ENDS)],
  "a body shorter than content-length": [
    ["head 200", "data 4", "lost 1"],
    headers(1, [...RESPONSE, ["content-length", "5"]]),
    frame(FrameType.DATA, Flag.END_STREAM, 1, uint32(1)),
  ],
  "a body longer than content-length": [
    ["head 200", "lost 1"],
    headers(1, [...RESPONSE, ["content-length", "3"]]),
    frame(FrameType.DATA, Flag.END_STREAM, 1, uint32(1)),
  ],
  "a content-length that is no number": [["lost 1"], headers(1, [...RESPONSE, ["content-length", "x"]])],
  "no :status": [["lost 1"], headers(1, [["a", "b"]])],
  "a second head": [["head 200", "lost 1"], headers(1, RESPONSE), headers(1, RESPONSE)],
};

for (const [what, [expected, ...parts]] of Object.entries(RESPONSES)) {
  Deno.test(`a server that answers with ${what}: the client hears ${expected.join(", ")}, and the connection goes on`, async () => {
    const { peer, connection, heard } = await connected();
    peer.send(...parts, frame(FrameType.PING, 0, 0, uint32(1, 2)));
    await peer.next(FrameType.PING);
    assert.deepEqual(heard, expected);
    assert.ok(!connection.over);
    connection.close();
    await connection.ended;
  });
}

/** What a server may not send at all. */
const SERVER_ERRORS: Record<string, Uint8Array> = {
  "SETTINGS that ask for pushes": frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 2, 0, 0, 0, 1)),
  "PUSH_PROMISE": frame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 1, uint32(2)),
  "HEADERS on a stream of its own": headers(2, RESPONSE),
  "DATA on a stream that was never opened": frame(FrameType.DATA, 0, 3, uint32(1)),
};

for (const [what, part] of Object.entries(SERVER_ERRORS)) {
  Deno.test(`a server that sends ${what} gets GOAWAY 1, and the stream is lost`, async () => {
    const { peer, connection, heard } = await connected();
    peer.send(part);
    assert.equal(readUint32((await peer.next(FrameType.GOAWAY)).payload, 4), ErrorCode.PROTOCOL_ERROR);
    await connection.ended;
    assert.deepEqual(heard, ["lost 1"]);
  });
}

/** A client's end that has opened stream 1 to a server in memory. */
async function connected() {
  const peer = new Peer();
  peer.preface = PREFACE.length;
  const connection = new Http2Connection(peer, { clock: new ManualClock() });
  peer.send(SETTINGS);
  await connection.ready;
  const heard: string[] = [];
  connection.open(REQUEST, {
    headers: (list) => void heard.push(`head ${list[0]![1]}`),
    data: (bytes) => void heard.push(`data ${bytes.length}`),
    ended: () => void heard.push("ended"),
    lost: (code) => void heard.push(`lost ${code}`),
  });
  return { peer, connection, heard };
}

/** Floods: what is sent over and over; CONTINUATIONs and resets need a stream each. */
const FLOODS: Record<string, (times: number) => Uint8Array[]> = {
  PING: (times) => [repeat(times, frame(FrameType.PING, 0, 0, uint32(1, 2)))],
  SETTINGS: (times) => [repeat(times, SETTINGS)],
  PRIORITY: (times) => [repeat(times, frame(FrameType.PRIORITY, 0, 1, Uint8Array.of(0, 0, 0, 0, 1)))],
  WINDOW_UPDATE: (times) => [headers(1), repeat(times, frame(FrameType.WINDOW_UPDATE, 0, 1, uint32(1)))],
  "empty DATA": (times) => [headers(1), repeat(times, frame(FrameType.DATA, 0, 1))],
  "unknown frames": (times) => [repeat(times, frame(0x77, 0, 0))],
  CONTINUATION: (times) => [headers(1, REQUEST, 0), repeat(times, frame(FrameType.CONTINUATION, 0, 1))],
  "rapid reset": (times) =>
    Array.from(
      { length: times },
      (_, i) => [headers(i * 2 + 1), frame(FrameType.RST_STREAM, 0, i * 2 + 1, uint32(8))],
    ).flat(),
  "requests over the limit": (times) => Array.from({ length: times }, (_, i) => headers(i * 2 + 1)),
};

for (const [what, flood] of Object.entries(FLOODS)) {
  Deno.test(`a flood of ${what} is told to calm down`, async () => {
    const served = serve();
    served.peer.send(...flood(25_000));
    assert.equal(await codeOfGoaway(served), ErrorCode.ENHANCE_YOUR_CALM);
  });
}

Deno.test("ten thousand answered requests, each with PING, WINDOW_UPDATE and a late reset, never meet the budget", async () => {
  const served = serve({
    accept: (stream) => ({
      data() {},
      ended() {
        stream.sendHeaders([[":status", "200"]]);
        stream.send(uint32(1, 2, 3));
        stream.end([["grpc-status", "0"]]);
      },
      lost() {},
    }),
  });
  for (let id = 1; id < 20_000; id += 2) {
    served.peer.send(
      headers(id),
      frame(FrameType.DATA, Flag.END_STREAM, id, uint32(1)),
      frame(FrameType.WINDOW_UPDATE, 0, 0, uint32(12)),
      frame(FrameType.WINDOW_UPDATE, 0, id, uint32(12)),
      frame(FrameType.PING, 0, 0, uint32(0, 0)),
      frame(FrameType.RST_STREAM, 0, id, uint32(8)),
    );
  }
  served.peer.send(frame(FrameType.PING, 0, 0, uint32(7, 7)));
  for (let answer = await served.peer.next(FrameType.PING); answer.payload[3] !== 7;) {
    answer = await served.peer.next(FrameType.PING);
  }
  assert.ok(!served.connection.over);
  await close(served);
});

Deno.test("a peer with a smaller table for headers is told once that none is used", async () => {
  const served = serve();
  const { peer, streams } = served;
  peer.send(frame(FrameType.SETTINGS, 0, 0, Uint8Array.of(0, 1, 0, 0, 0x0f, 0xff)), headers(1), headers(3));
  while (streams.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  const blocks: number[][] = [];
  for (const stream of streams) {
    stream.sendHeaders([[":status", "200"]], true);
    blocks.push([...(await peer.next(FrameType.HEADERS)).payload]);
  }
  assert.deepEqual(blocks, [[0x20, 0x88], [0x88]]);
  await close(served);
});
