import { speakTls } from "./over_tls.ts";

/** The tests of calls once more, over TLS that both sides show certificates in. */

await speakTls({ mutual: true });
await import("../byova_calls_test.ts");
await import("../byova_wire_test.ts");
await import("../byova_refusals_test.ts");
await import("../byova_streams_test.ts");
