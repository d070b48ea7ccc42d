// Written by `deno task gen` from proto/reflection.proto. Change that file, not this one.
import {
  type Encodable,
  Reader,
  type Writer,
  writer,
} from "../../lib/protobuf.ts";

const NO_ITEMS: readonly never[] = Object.freeze([]);

export interface ServerReflectionRequest {
  readonly host: string;
  /** A file's name, as imports spell it. */
  readonly fileByFilename?: string | undefined;
  /** A full name: of a message, an enum, a service or a method. */
  readonly fileContainingSymbol?: string | undefined;
  readonly fileContainingExtension?: ExtensionRequest | undefined;
  /** A message's full name. */
  readonly allExtensionNumbersOfType?: string | undefined;
  /** Any text: it is not looked at. */
  readonly listServices?: string | undefined;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeServerReflectionRequest(bytes: Uint8Array): ServerReflectionRequest {
  return readServerReflectionRequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeServerReflectionRequest(message: Encodable<ServerReflectionRequest>): Uint8Array<ArrayBuffer> {
  writeServerReflectionRequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readServerReflectionRequest(r: Reader): ServerReflectionRequest {
  let host = "";
  let fileByFilename: string | undefined;
  let fileContainingSymbol: string | undefined;
  let fileContainingExtension: ExtensionRequest | undefined;
  let allExtensionNumbersOfType: string | undefined;
  let listServices: string | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        host = r.string();
        break;
      case 26:
        fileByFilename = r.string();
        fileContainingSymbol = undefined;
        fileContainingExtension = undefined;
        allExtensionNumbersOfType = undefined;
        listServices = undefined;
        break;
      case 34:
        fileContainingSymbol = r.string();
        fileByFilename = undefined;
        fileContainingExtension = undefined;
        allExtensionNumbersOfType = undefined;
        listServices = undefined;
        break;
      case 42: {
        const outer = r.enter();
        fileContainingExtension = readExtensionRequest(r);
        fileByFilename = undefined;
        fileContainingSymbol = undefined;
        allExtensionNumbersOfType = undefined;
        listServices = undefined;
        r.leave(outer);
        break;
      }
      case 50:
        allExtensionNumbersOfType = r.string();
        fileByFilename = undefined;
        fileContainingSymbol = undefined;
        fileContainingExtension = undefined;
        listServices = undefined;
        break;
      case 58:
        listServices = r.string();
        fileByFilename = undefined;
        fileContainingSymbol = undefined;
        fileContainingExtension = undefined;
        allExtensionNumbersOfType = undefined;
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    host,
    fileByFilename,
    fileContainingSymbol,
    fileContainingExtension,
    allExtensionNumbersOfType,
    listServices,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeServerReflectionRequest(w: Writer, m: Encodable<ServerReflectionRequest>): void {
  if (Number(m.fileByFilename !== undefined) + Number(m.fileContainingSymbol !== undefined) + Number(m.fileContainingExtension !== undefined) + Number(m.allExtensionNumbersOfType !== undefined) + Number(m.listServices !== undefined) > 1) {
    throw new TypeError(
      "Cannot encode ServerReflectionRequest: one of fileByFilename, fileContainingSymbol, fileContainingExtension, allExtensionNumbersOfType, listServices is expected: received several",
    );
  }
  if (m.listServices !== undefined) w.string(58, m.listServices);
  if (m.allExtensionNumbersOfType !== undefined) w.string(50, m.allExtensionNumbersOfType);
  if (m.fileContainingExtension !== undefined) {
    const begun = w.size;
    writeExtensionRequest(w, m.fileContainingExtension);
    w.wrap(42, begun);
  }
  if (m.fileContainingSymbol !== undefined) w.string(34, m.fileContainingSymbol);
  if (m.fileByFilename !== undefined) w.string(26, m.fileByFilename);
  if (m.host) w.string(10, m.host);
}

export interface ExtensionRequest {
  readonly containingType: string;
  readonly extensionNumber: number;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeExtensionRequest(bytes: Uint8Array): ExtensionRequest {
  return readExtensionRequest(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeExtensionRequest(message: Encodable<ExtensionRequest>): Uint8Array<ArrayBuffer> {
  writeExtensionRequest(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readExtensionRequest(r: Reader): ExtensionRequest {
  let containingType = "";
  let extensionNumber = 0;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        containingType = r.string();
        break;
      case 16:
        extensionNumber = r.int32();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    containingType,
    extensionNumber,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeExtensionRequest(w: Writer, m: Encodable<ExtensionRequest>): void {
  if (m.extensionNumber) w.int32(16, m.extensionNumber);
  if (m.containingType) w.string(10, m.containingType);
}

export interface ServerReflectionResponse {
  readonly validHost: string;
  readonly originalRequest?: ServerReflectionRequest | undefined;
  readonly fileDescriptorResponse?: FileDescriptorResponse | undefined;
  readonly allExtensionNumbersResponse?: ExtensionNumberResponse | undefined;
  readonly listServicesResponse?: ListServiceResponse | undefined;
  readonly errorResponse?: ErrorResponse | undefined;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeServerReflectionResponse(bytes: Uint8Array): ServerReflectionResponse {
  return readServerReflectionResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeServerReflectionResponse(message: Encodable<ServerReflectionResponse>): Uint8Array<ArrayBuffer> {
  writeServerReflectionResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readServerReflectionResponse(r: Reader): ServerReflectionResponse {
  let validHost = "";
  let originalRequest: ServerReflectionRequest | undefined;
  let fileDescriptorResponse: FileDescriptorResponse | undefined;
  let allExtensionNumbersResponse: ExtensionNumberResponse | undefined;
  let listServicesResponse: ListServiceResponse | undefined;
  let errorResponse: ErrorResponse | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        validHost = r.string();
        break;
      case 18: {
        const outer = r.enter();
        originalRequest = readServerReflectionRequest(r);
        r.leave(outer);
        break;
      }
      case 34: {
        const outer = r.enter();
        fileDescriptorResponse = readFileDescriptorResponse(r);
        allExtensionNumbersResponse = undefined;
        listServicesResponse = undefined;
        errorResponse = undefined;
        r.leave(outer);
        break;
      }
      case 42: {
        const outer = r.enter();
        allExtensionNumbersResponse = readExtensionNumberResponse(r);
        fileDescriptorResponse = undefined;
        listServicesResponse = undefined;
        errorResponse = undefined;
        r.leave(outer);
        break;
      }
      case 50: {
        const outer = r.enter();
        listServicesResponse = readListServiceResponse(r);
        fileDescriptorResponse = undefined;
        allExtensionNumbersResponse = undefined;
        errorResponse = undefined;
        r.leave(outer);
        break;
      }
      case 58: {
        const outer = r.enter();
        errorResponse = readErrorResponse(r);
        fileDescriptorResponse = undefined;
        allExtensionNumbersResponse = undefined;
        listServicesResponse = undefined;
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    validHost,
    originalRequest,
    fileDescriptorResponse,
    allExtensionNumbersResponse,
    listServicesResponse,
    errorResponse,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeServerReflectionResponse(w: Writer, m: Encodable<ServerReflectionResponse>): void {
  if (Number(m.fileDescriptorResponse !== undefined) + Number(m.allExtensionNumbersResponse !== undefined) + Number(m.listServicesResponse !== undefined) + Number(m.errorResponse !== undefined) > 1) {
    throw new TypeError(
      "Cannot encode ServerReflectionResponse: one of fileDescriptorResponse, allExtensionNumbersResponse, listServicesResponse, errorResponse is expected: received several",
    );
  }
  if (m.errorResponse !== undefined) {
    const begun = w.size;
    writeErrorResponse(w, m.errorResponse);
    w.wrap(58, begun);
  }
  if (m.listServicesResponse !== undefined) {
    const begun = w.size;
    writeListServiceResponse(w, m.listServicesResponse);
    w.wrap(50, begun);
  }
  if (m.allExtensionNumbersResponse !== undefined) {
    const begun = w.size;
    writeExtensionNumberResponse(w, m.allExtensionNumbersResponse);
    w.wrap(42, begun);
  }
  if (m.fileDescriptorResponse !== undefined) {
    const begun = w.size;
    writeFileDescriptorResponse(w, m.fileDescriptorResponse);
    w.wrap(34, begun);
  }
  if (m.originalRequest !== undefined) {
    const begun = w.size;
    writeServerReflectionRequest(w, m.originalRequest);
    w.wrap(18, begun);
  }
  if (m.validHost) w.string(10, m.validHost);
}

export interface FileDescriptorResponse {
  /** Serialized FileDescriptorProto: the file that was asked for first, then those it imports. */
  readonly fileDescriptorProto: readonly Uint8Array[];
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeFileDescriptorResponse(bytes: Uint8Array): FileDescriptorResponse {
  return readFileDescriptorResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeFileDescriptorResponse(message: Encodable<FileDescriptorResponse>): Uint8Array<ArrayBuffer> {
  writeFileDescriptorResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readFileDescriptorResponse(r: Reader): FileDescriptorResponse {
  let fileDescriptorProto: Uint8Array[] | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        (fileDescriptorProto ??= []).push(r.byteString());
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    fileDescriptorProto: fileDescriptorProto ?? NO_ITEMS,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeFileDescriptorResponse(w: Writer, m: Encodable<FileDescriptorResponse>): void {
  if (m.fileDescriptorProto !== undefined && m.fileDescriptorProto.length > 0) {
    for (let i = m.fileDescriptorProto.length - 1; i >= 0; i--) w.byteString(10, m.fileDescriptorProto[i]!);
  }
}

export interface ExtensionNumberResponse {
  readonly baseTypeName: string;
  readonly extensionNumber: readonly number[];
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeExtensionNumberResponse(bytes: Uint8Array): ExtensionNumberResponse {
  return readExtensionNumberResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeExtensionNumberResponse(message: Encodable<ExtensionNumberResponse>): Uint8Array<ArrayBuffer> {
  writeExtensionNumberResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readExtensionNumberResponse(r: Reader): ExtensionNumberResponse {
  let baseTypeName = "";
  let extensionNumber: number[] | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        baseTypeName = r.string();
        break;
      case 16:
        (extensionNumber ??= []).push(r.int32());
        break;
      case 18: {
        const outer = r.enter();
        while (r.at < r.end) (extensionNumber ??= []).push(r.int32());
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    baseTypeName,
    extensionNumber: extensionNumber ?? NO_ITEMS,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeExtensionNumberResponse(w: Writer, m: Encodable<ExtensionNumberResponse>): void {
  if (m.extensionNumber !== undefined && m.extensionNumber.length > 0) {
    const begun = w.size;
    for (let i = m.extensionNumber.length - 1; i >= 0; i--) w.packed(m.extensionNumber[i]!);
    w.wrap(18, begun);
  }
  if (m.baseTypeName) w.string(10, m.baseTypeName);
}

export interface ListServiceResponse {
  readonly service: readonly ServiceResponse[];
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeListServiceResponse(bytes: Uint8Array): ListServiceResponse {
  return readListServiceResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeListServiceResponse(message: Encodable<ListServiceResponse>): Uint8Array<ArrayBuffer> {
  writeListServiceResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readListServiceResponse(r: Reader): ListServiceResponse {
  let service: ServiceResponse[] | undefined;
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        (service ??= []).push(readServiceResponse(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return {
    service: service ?? NO_ITEMS,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeListServiceResponse(w: Writer, m: Encodable<ListServiceResponse>): void {
  if (m.service !== undefined && m.service.length > 0) {
    for (let i = m.service.length - 1; i >= 0; i--) {
      const begun = w.size;
      writeServiceResponse(w, m.service[i]!);
      w.wrap(10, begun);
    }
  }
}

export interface ServiceResponse {
  /** The full name. */
  readonly name: string;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeServiceResponse(bytes: Uint8Array): ServiceResponse {
  return readServiceResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeServiceResponse(message: Encodable<ServiceResponse>): Uint8Array<ArrayBuffer> {
  writeServiceResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readServiceResponse(r: Reader): ServiceResponse {
  let name = "";
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        name = r.string();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    name,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeServiceResponse(w: Writer, m: Encodable<ServiceResponse>): void {
  if (m.name) w.string(10, m.name);
}

export interface ErrorResponse {
  /** A status code of gRPC. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** Decodes the message in `bytes`; bytes fields are views into it. Throws DecodeError. */
export function decodeErrorResponse(bytes: Uint8Array): ErrorResponse {
  return readErrorResponse(new Reader(bytes));
}

/** Encodes a message. Throws TypeError for what the fields cannot hold. */
export function encodeErrorResponse(message: Encodable<ErrorResponse>): Uint8Array<ArrayBuffer> {
  writeErrorResponse(writer.start(), message);
  return writer.finish();
}

/** Reads up to the reader's end. Of a field that comes twice, and of fields that exclude each other, the last counts. */
export function readErrorResponse(r: Reader): ErrorResponse {
  let errorCode = 0;
  let errorMessage = "";
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        errorCode = r.int32();
        break;
      case 18:
        errorMessage = r.string();
        break;
      default:
        r.skip(tag);
    }
  }
  return {
    errorCode,
    errorMessage,
  };
}

/** Writes the fields, the last one first, as the writer wants it. */
export function writeErrorResponse(w: Writer, m: Encodable<ErrorResponse>): void {
  if (m.errorMessage) w.string(18, m.errorMessage);
  if (m.errorCode) w.int32(8, m.errorCode);
}

export const ServerReflection = {
  name: "grpc.reflection.v1.ServerReflection",
  /** Any number of questions, answered in order. */
  ServerReflectionInfo: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
} as const;
