import type { Method, Rpc, RpcListener } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";
import type { Encodable } from "../lib/protobuf.ts";
import { DESCRIPTORS } from "./gen/descriptors.ts";
import {
  decodeServerReflectionRequest,
  encodeServerReflectionResponse,
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from "./gen/reflection.ts";

/** The same service under the name that older tools ask for. */
const OLDER_PATH = ServerReflection.ServerReflectionInfo.replace(".v1.", ".v1alpha.");

interface File {
  readonly imports: readonly string[];
  /** A serialized FileDescriptorProto. */
  readonly bytes: Uint8Array;
}

const FILES: ReadonlyMap<string, File> = new Map(
  Object.entries(DESCRIPTORS).map(([name, { imports, base64 }]) => [
    name,
    { imports, bytes: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) },
  ]),
);
const FILE_OF_SYMBOL: ReadonlyMap<string, string> = new Map(
  Object.entries(DESCRIPTORS).flatMap(([name, { symbols }]) => symbols.map((symbol) => [symbol, name] as const)),
);
const SERVICES = Object.values(DESCRIPTORS).flatMap(({ services }) => services.map((name) => ({ name })));

/** The methods of grpc.reflection.v1 and v1alpha by path: what tools like grpcurl ask before they call. */
export function reflection(): readonly (readonly [path: string, method: Method])[] {
  return [[ServerReflection.ServerReflectionInfo, inform], [OLDER_PATH, inform]];
}

function inform(rpc: Rpc): RpcListener {
  return {
    message(bytes) {
      const request = requestOf(bytes.view());
      const answer = answerTo(request);
      const response = encodeServerReflectionResponse({
        validHost: request.host,
        originalRequest: request,
        ...answer,
      });
      if (!rpc.send(response)) rpc.pause();
    },
    drained: () => rpc.resume(),
    halfClosed: () => rpc.finish(),
    cancelled() {},
  };
}

function requestOf(bytes: Uint8Array): ServerReflectionRequest {
  try {
    return decodeServerReflectionRequest(bytes);
  } catch {
    throw new GrpcError(Status.INVALID_ARGUMENT, "Cannot take the question: a ServerReflectionRequest expected");
  }
}

function answerTo(request: ServerReflectionRequest): Encodable<ServerReflectionResponse> {
  const { fileByFilename, fileContainingSymbol, allExtensionNumbersOfType, listServices } = request;
  if (listServices !== undefined) return { listServicesResponse: { service: SERVICES } };
  if (fileByFilename !== undefined) return filesFrom(fileByFilename);
  if (fileContainingSymbol !== undefined) return filesFrom(FILE_OF_SYMBOL.get(fileContainingSymbol));
  if (allExtensionNumbersOfType !== undefined && FILE_OF_SYMBOL.has(allExtensionNumbersOfType)) {
    return { allExtensionNumbersResponse: { baseTypeName: allExtensionNumbersOfType } };
  }
  if (allExtensionNumbersOfType !== undefined || request.fileContainingExtension !== undefined) return notFound();
  return { errorResponse: { errorCode: Status.INVALID_ARGUMENT, errorMessage: "a question is expected" } };
}

/** A file, and behind it all that it imports. */
function filesFrom(name: string | undefined): Encodable<ServerReflectionResponse> {
  if (name === undefined || !FILES.has(name)) return notFound();
  const names = new Set([name]);
  for (const each of names) for (const other of FILES.get(each)!.imports) names.add(other);
  return { fileDescriptorResponse: { fileDescriptorProto: [...names].map((each) => FILES.get(each)!.bytes) } };
}

function notFound(): Encodable<ServerReflectionResponse> {
  return { errorResponse: { errorCode: Status.NOT_FOUND, errorMessage: "nothing has the name that was asked for" } };
}
