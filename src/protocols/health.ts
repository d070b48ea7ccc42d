import { type Method, type Rpc, unary } from "../grpc/server.ts";
import { GrpcError, Status } from "../grpc/status.ts";
import { orInvalid } from "./decoding.ts";
import {
  decodeHealthCheckRequest,
  encodeHealthCheckResponse,
  encodeHealthListResponse,
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "./gen/health.ts";
import { VoiceVirtualAgent } from "./gen/voicevirtualagent.ts";

/** The names that may be asked for: the server as a whole, the service, and the two that the sample's users know. */
const SERVICES: readonly string[] = ["", VoiceVirtualAgent.name, "byova.gateway", "byova.VoiceVirtualAgentService"];
/** How many may watch at once. */
const MOST_WATCHERS = 1000;

const decodeRequest = orInvalid(decodeHealthCheckRequest);

/** Answers grpc.health.v1, and tells those who watch when the answer changes. */
export class HealthBoard {
  /** The names that may be asked for. */
  readonly services = SERVICES;
  /** Who watches, and whether there is anything of the name. */
  readonly #watchers = new Map<Rpc, boolean>();
  #serving = false;

  /** Whether calls are taken. */
  get serving(): boolean {
    return this.#serving;
  }

  set serving(serving: boolean) {
    if (serving === this.#serving) return;
    this.#serving = serving;
    const response = encodeHealthCheckResponse({ status: this.#status() });
    for (const [rpc, known] of this.#watchers) if (known) rpc.send(response);
  }

  /** Ends every watch, so that a server that drains can close. */
  dismiss(): void {
    for (const rpc of this.#watchers.keys()) rpc.finish(Status.UNAVAILABLE, "the gateway stops");
    this.#watchers.clear();
  }

  /** The service's methods by path. No token is needed for any of them. */
  methods(): readonly (readonly [path: string, method: Method])[] {
    return [
      [
        Health.Check,
        unary(decodeRequest, encodeHealthCheckResponse, ({ service }) => {
          if (!SERVICES.includes(service)) {
            throw new GrpcError(Status.NOT_FOUND, "no service has the name that was asked for");
          }
          return { status: this.#status() };
        }),
      ],
      [
        Health.List,
        unary((bytes) => bytes, encodeHealthListResponse, () => ({
          statuses: Object.fromEntries(SERVICES.map((service) => [service, { status: this.#status() }])),
        })),
      ],
      [Health.Watch, (rpc) => this.#watch(rpc)],
    ];
  }

  #watch(rpc: Rpc): ReturnType<Method> {
    rpc.awaitEnd();
    let asked = false;
    return {
      message: (bytes) => {
        if (asked) throw new GrpcError(Status.INVALID_ARGUMENT, "Cannot watch: one request expected");
        asked = true;
        const known = SERVICES.includes(decodeRequest(bytes.view()).service);
        if (this.#watchers.size >= MOST_WATCHERS) {
          throw new GrpcError(Status.RESOURCE_EXHAUSTED, "too many watch already");
        }
        this.#watchers.set(rpc, known);
        rpc.send(encodeHealthCheckResponse({ status: known ? this.#status() : ServingStatus.SERVICE_UNKNOWN }));
      },
      halfClosed: () => {},
      cancelled: () => this.#watchers.delete(rpc),
    };
  }

  #status(): ServingStatus {
    return this.#serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  }
}
