// Written by `deno task gen` from proto/health.proto. Change that file, not this one.
import {
  type Encodable,
  Reader,
  type Writer,
  writer,
} from "../../lib/protobuf.ts";
import {
  setEntry,
} from "../../lib/protobuf_struct.ts";

const NO_ENTRIES: Readonly<Record<string, never>> = Object.freeze({});

export interface HealthCheckRequest {
  /** A full service name, or empty for the whole server. */
  readonly service: string;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeHealthCheckRequest(bytes: Uint8Array): HealthCheckRequest {
  return readHealthCheckRequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeHealthCheckRequest(message: Encodable<HealthCheckRequest>): Uint8Array<ArrayBuffer> {
  writeHealthCheckRequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readHealthCheckRequest(r: Reader): HealthCheckRequest {
  let service = "";
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        service = r.string();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    service,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeHealthCheckRequest(w: Writer, m: Encodable<HealthCheckRequest>): void {
  if (m.service) w.string(10, m.service);
}

export interface HealthCheckResponse {
  readonly status: HealthCheckResponse_ServingStatus;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeHealthCheckResponse(bytes: Uint8Array): HealthCheckResponse {
  return readHealthCheckResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeHealthCheckResponse(message: Encodable<HealthCheckResponse>): Uint8Array<ArrayBuffer> {
  writeHealthCheckResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readHealthCheckResponse(r: Reader): HealthCheckResponse {
  let status = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        status = r.int32();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    status,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeHealthCheckResponse(w: Writer, m: Encodable<HealthCheckResponse>): void {
  if (m.status) w.int32(8, m.status);
}

export const HealthCheckResponse_ServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  /** Sent by Watch only; Check answers NOT_FOUND instead. */
  SERVICE_UNKNOWN: 3,
} as const;
/** One of the above, or a number this version does not know. */
export type HealthCheckResponse_ServingStatus = number;

export interface HealthListRequest {
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeHealthListRequest(bytes: Uint8Array): HealthListRequest {
  return readHealthListRequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeHealthListRequest(message: Encodable<HealthListRequest>): Uint8Array<ArrayBuffer> {
  writeHealthListRequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. */
export function readHealthListRequest(r: Reader): HealthListRequest {
  while (r.at < r.end) r.skip(r.tag());
  return {};
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeHealthListRequest(_w: Writer, _m: Encodable<HealthListRequest>): void {
}

export interface HealthListResponse {
  /** By full service name. */
  readonly statuses: Readonly<Record<string, HealthCheckResponse>>;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeHealthListResponse(bytes: Uint8Array): HealthListResponse {
  return readHealthListResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeHealthListResponse(message: Encodable<HealthListResponse>): Uint8Array<ArrayBuffer> {
  writeHealthListResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readHealthListResponse(r: Reader): HealthListResponse {
  let statuses: Record<string, HealthCheckResponse> | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        readHealthListResponse_StatusesEntry(r, statuses ??= {});
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    statuses: statuses ?? NO_ENTRIES,
  };
}

function readHealthListResponse_StatusesEntry(r: Reader, record: Record<string, HealthCheckResponse>): void {
  let key = "";
  let value: HealthCheckResponse | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    if (tag === 10) key = r.string();
    else if (tag === 18) {
      const outer = r.enter();
      value = readHealthCheckResponse(r);
      r.leave(outer);
    } else r.skip(tag);
  }
  setEntry(record, key, value ?? readHealthCheckResponse(new Reader(new Uint8Array(0))));
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeHealthListResponse(w: Writer, m: Encodable<HealthListResponse>): void {
  if (m.statuses !== undefined) writeHealthListResponse_StatusesEntry(w, m.statuses);
}

function writeHealthListResponse_StatusesEntry(w: Writer, record: Readonly<Record<string, HealthCheckResponse>>): void {
  const keys = Object.keys(record);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i]!;
    const begun = w.size;
    const inner = w.size;
    writeHealthCheckResponse(w, record[key]!);
    w.wrap(18, inner);
    w.string(10, key);
    w.wrap(10, begun);
  }
}

export const Health = {
  name: "grpc.health.v1.Health",
  /** The state of one service now. */
  Check: "/grpc.health.v1.Health/Check",
  /** The state of every service now. */
  List: "/grpc.health.v1.Health/List",
  /** The state of one service now, and again whenever it changes. */
  Watch: "/grpc.health.v1.Health/Watch",
} as const;
