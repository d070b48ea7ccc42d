import type { LexConfig } from "./options.ts";

/** The address of a service in a region. Regions of China have names of their own. */
export function hostOf(service: string, region: string): string {
  return `https://${service}.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}`;
}

/** Where Lex talks and where it lists bots: as configured, or else the region's own. */
export function endpointsOf({ region_name, endpoint, models_endpoint }: LexConfig) {
  return {
    runtime: endpoint || hostOf("runtime-v2-lex", region_name),
    models: models_endpoint || hostOf("models-v2-lex", region_name),
  };
}
