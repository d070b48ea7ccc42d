import assert from "node:assert/strict";
import { ErrorCode, Http2Error } from "./errors.ts";
import { encodeHeaders, HpackDecoder } from "./hpack.ts";
import type { HeaderList } from "./static_table.ts";

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(hex.replaceAll(" ", "").match(/../g) ?? [], (octet) => parseInt(octet, 16));
}

function decoder(options: { maxTableBytes?: number; maxListBytes?: number } = {}): HpackDecoder {
  return new HpackDecoder({ maxTableBytes: 4096, maxListBytes: 16_384, ...options });
}

const FIRST: HeaderList = [
  [":method", "GET"],
  [":scheme", "http"],
  [":path", "/"],
  [":authority", "www.example.com"],
];
const SECOND: HeaderList = [...FIRST, ["cache-control", "no-cache"]];
const THIRD: HeaderList = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/index.html"],
  [":authority", "www.example.com"],
  ["custom-key", "custom-value"],
];
const DATE = "Mon, 21 Oct 2013 20:13:21 GMT";
const FOUND: HeaderList = [
  [":status", "302"],
  ["cache-control", "private"],
  ["date", DATE],
  ["location", "https://www.example.com"],
];
const REDIRECT: HeaderList = [
  [":status", "307"],
  ["cache-control", "private"],
  ["date", DATE],
  ["location", "https://www.example.com"],
];
const COOKIE: HeaderList = [
  [":status", "200"],
  ["cache-control", "private"],
  ["date", "Mon, 21 Oct 2013 20:13:22 GMT"],
  ["location", "https://www.example.com"],
  ["content-encoding", "gzip"],
  ["set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"],
];

/** RFC 7541 appendix C: blocks for one decoder in turn, and the lists they stand for. */
const EXAMPLES: Record<string, { maxTableBytes: number; blocks: [hex: string, list: HeaderList][] }> = {
  "C.2.1": {
    maxTableBytes: 4096,
    blocks: [["400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", [["custom-key", "custom-header"]]]],
  },
  "C.2.2": { maxTableBytes: 4096, blocks: [["040c 2f73 616d 706c 652f 7061 7468", [[":path", "/sample/path"]]]] },
  "C.2.3": { maxTableBytes: 4096, blocks: [["1008 7061 7373 776f 7264 0673 6563 7265 74", [["password", "secret"]]]] },
  "C.2.4": { maxTableBytes: 4096, blocks: [["82", [[":method", "GET"]]]] },
  "C.3": {
    maxTableBytes: 4096,
    blocks: [
      ["8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", FIRST],
      ["8286 84be 5808 6e6f 2d63 6163 6865", SECOND],
      ["8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", THIRD],
    ],
  },
  "C.4": {
    maxTableBytes: 4096,
    blocks: [
      ["8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST],
      ["8286 84be 5886 a8eb 1064 9cbf", SECOND],
      ["8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD],
    ],
  },
  "C.5": {
    maxTableBytes: 256,
    blocks: [
      [
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d" +
        "546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        FOUND,
      ],
      ["4803 3330 37c1 c0bf", REDIRECT],
      [
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f" +
        "6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b" +
        "2076 6572 7369 6f6e 3d31",
        COOKIE,
      ],
    ],
  },
  "C.6": {
    maxTableBytes: 256,
    blocks: [
      [
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7" +
        "8f0b 97c8 e9ae 82ae 43d3",
        FOUND,
      ],
      ["4883 640e ffc1 c0bf", REDIRECT],
      [
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335" +
        "dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
        COOKIE,
      ],
    ],
  },
};

for (const [section, { maxTableBytes, blocks }] of Object.entries(EXAMPLES)) {
  Deno.test(`HpackDecoder decodes the examples of RFC 7541 ${section}`, () => {
    const hpack = decoder({ maxTableBytes });
    for (const [hex, list] of blocks) assert.deepEqual(hpack.decode(bytesOf(hex)), list);
  });
}

const MALFORMED: Record<string, string> = {
  "index 0": "80",
  "an index beyond both tables": "be",
  "a string that ends after its block": "0003 6162",
  "an integer of more than 28 bits": "ff ff ff ff ff 7f",
  "an integer that ends after its block": "ff 80",
  "a table size update after a field": "82 20",
  "a table size above the announced one": "3f e2 1f",
  "the end-of-string code": "0001 6184 ffff fffc",
  "Huffman padding of a whole byte": "0001 6182 1fff",
  "Huffman padding with a zero": "0001 6181 18",
};

for (const [what, hex] of Object.entries(MALFORMED)) {
  Deno.test(`HpackDecoder refuses ${what}`, () => {
    assert.throws(
      () => decoder().decode(bytesOf(hex)),
      (error) => error instanceof Http2Error && error.code === ErrorCode.COMPRESSION_ERROR,
    );
  });
}

Deno.test("HpackDecoder follows a table size update and forgets what no longer fits", () => {
  const hpack = decoder();
  hpack.decode(bytesOf("4001 6101 62"));
  assert.deepEqual(hpack.decode(bytesOf("be")), [["a", "b"]]);
  assert.deepEqual(hpack.decode(bytesOf("20 82")), [[":method", "GET"]]);
  assert.throws(() => hpack.decode(bytesOf("be")), Http2Error);
});

Deno.test("HpackDecoder gives up a list that unfolds beyond its bound, and keeps its table in step", () => {
  const hpack = decoder({ maxListBytes: 16_384 });
  const big = encodeHeaders([["x", "y".repeat(3000)]]);
  big[0] = 0x40;
  assert.equal(hpack.decode(big)?.length, 1);
  assert.equal(hpack.decode(new Uint8Array(10_000).fill(0xbe)), undefined);
  assert.equal(hpack.decode(Uint8Array.of(0xbe))?.[0]?.[1].length, 3000);
});

Deno.test("encodeHeaders gives what HpackDecoder takes, the same bytes every time, and marks secrets never indexed", () => {
  const list: HeaderList = [
    [":status", "200"],
    ["content-type", "application/grpc"],
    ["authorization", "t".repeat(1000)],
    ["x-trace", ""],
    [":path", "/a/b"],
  ];
  const block = encodeHeaders(list);
  assert.deepEqual(decoder().decode(block), list);
  assert.deepEqual(encodeHeaders(list), block);
  assert.equal(encodeHeaders([["authorization", "t"]])[0]! & 0xf0, 0x10);
});
