/** A request as the SDK hands it to whoever sends it (smithy HttpRequest), as far as we read it. */
export interface WireRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** A response as the SDK takes it (smithy HttpResponse). */
export interface WireResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

/** `abortSignal`: the very AbortSignal that we have given to the SDK, whose own type for it is wider. */
export interface SendOptions {
  readonly abortSignal?: unknown;
}

/** Returns a request's path with its query. */
export function target({ path, query = {} }: WireRequest): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value ?? ""].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`)
  );
  return pairs.length > 0 ? `${path}?${pairs.join("&")}` : path;
}

/** Returns host and port as a URL has them. */
export function authority({ hostname, port }: WireRequest): string {
  return port === undefined ? hostname : `${hostname}:${port}`;
}
