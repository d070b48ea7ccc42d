import byovaCommon from "../../proto/byova_common.proto" with { type: "text" };
import health from "../../proto/health.proto" with { type: "text" };
import reflection from "../../proto/reflection.proto" with { type: "text" };
import voiceVirtualAgent from "../../proto/voicevirtualagent.proto" with { type: "text" };

/** The texts of the .proto files by file name, for clients that want to generate code of their own. */
export const PROTO_FILES: Readonly<Record<string, string>> = {
  "byova_common.proto": byovaCommon,
  "health.proto": health,
  "reflection.proto": reflection,
  "voicevirtualagent.proto": voiceVirtualAgent,
};
