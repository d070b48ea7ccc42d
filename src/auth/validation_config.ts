import * as z from "zod";
import { flag, number, someText, text } from "../lib/scalars.ts";
import type { DataSource } from "./data_source.ts";

/** The UUID under which Webex publishes the schema of a voice virtual agent's data source. */
export const VOICE_AGENT_SCHEMA = "5397013b-7920-4ffc-807c-e8a3e0a18f43";

/** The identity brokers that sign for Webex: US, EU, Canada, and the two for tests. */
export const WEBEX_ISSUERS: readonly string[] = [
  "https://idbroker.webex.com/idb",
  "https://idbroker-eu.webex.com/idb",
  "https://idbroker-b-us.webex.com/idb",
  "https://idbroker-ca.webex.com/idb",
  "https://idbrokerbts.webex.com/idb",
  "https://idbrokerbts-eu.webex.com/idb",
];

const ISSUER = /^(https:\/\/[^/?#\s@]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)(\/[^?#\s]*[^/?#\s])?$/;
const issuer = () =>
  z.string("expected text").regex(ISSUER, "expected https:// and a host, without a slash at the end");

/** The section `jwt_validation` of the configuration. */
export const validationConfig = z.strictObject({
  enabled: flag().default(false),
  enforce_validation: flag().default(true),
  datasource_url: text().default(""),
  datasource_schema_uuid: text().default(VOICE_AGENT_SCHEMA),
  audience: text().default(""),
  subject: text().default(""),
  data_sources: z.array(z.strictObject({
    url: someText(),
    schema_uuid: text().default(VOICE_AGENT_SCHEMA),
    audience: text().default(""),
    subject: text().default(""),
    org_ids: z.array(someText()).default([]),
  })).max(1000).default([]),
  issuers: z.array(issuer()).min(1, "expected at least one issuer").max(100).default([...WEBEX_ISSUERS]),
  org_claim: text().default("com.cisco.org.uuid"),
  cache_duration_minutes: number(0, 525_600).default(60),
}).refine((section) => section.org_claim !== "" || section.data_sources.every(({ org_ids }) => org_ids.length === 0), {
  path: ["org_claim"],
  error: "expected the name of the claim that data_sources[].org_ids are held against",
});

/** What calls have to prove. */
export interface Validation {
  /** Whether calls without a valid token are turned away, or only reported. */
  readonly enforced: boolean;
  readonly sources: readonly DataSource[];
  readonly issuers: readonly string[];
  /** The claim that names the organization; "" when it is not looked at. */
  readonly orgClaim: string;
  /** How long keys are kept when their issuer does not say, in ms. */
  readonly keepKeysMs: number;
}

/** Returns what calls have to prove; undefined when nothing: validation is off, or there is no data source to expect. */
export function toValidation(section: z.output<typeof validationConfig>): Validation | undefined {
  const { datasource_url: url, datasource_schema_uuid: schema, audience, subject } = section;
  const single: readonly DataSource[] = url === "" ? [] : [{ url, schema, audience, subject, orgs: [] }];
  const sources = [
    ...single,
    ...section.data_sources.map((source): DataSource => ({
      url: source.url,
      schema: source.schema_uuid,
      audience: source.audience,
      subject: source.subject,
      orgs: source.org_ids,
    })),
  ];
  if (!section.enabled || sources.length === 0) return undefined;
  return {
    enforced: section.enforce_validation,
    sources,
    issuers: section.issuers,
    orgClaim: section.org_claim,
    keepKeysMs: section.cache_duration_minutes * 60_000,
  };
}
