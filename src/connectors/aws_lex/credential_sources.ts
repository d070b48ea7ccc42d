import type { MachineNeeds } from "../../call/connector.ts";

/** Where credentials are looked for, in the order of `automatic`. */
export const CREDENTIAL_SOURCES = ["environment", "profile", "web_identity", "container", "instance"] as const;
export type CredentialSource = typeof CREDENTIAL_SOURCES[number];

/**
 * What each source looks at, in the places where AWS and its kinds of hosts usually put them; `~` is the user's own folder.
 * Roles are assumed at `sts`, a host and port.
 */
const NEEDS: { readonly [S in CredentialSource]: (sts: string) => MachineNeeds } = {
  environment: () => ({ env: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] }),
  profile: (sts) => ({
    env: ["AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "HOME"],
    read: ["~/.aws/credentials", "~/.aws/config"],
    net: [sts],
  }),
  web_identity: (sts) => ({
    env: ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME"],
    read: ["/var/run/secrets/eks.amazonaws.com/serviceaccount/token"],
    net: [sts],
  }),
  container: () => ({
    env: [
      "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
      "AWS_CONTAINER_CREDENTIALS_FULL_URI",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
      "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    ],
    read: ["/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"],
    net: ["169.254.170.2:80", "169.254.170.23:80"],
  }),
  instance: () => ({
    env: ["AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    net: ["169.254.169.254:80"],
  }),
};

/** What looking for credentials takes of the machine. `sts`: where roles are assumed, as host and port. */
export function credentialNeeds(source: CredentialSource | "automatic", sts: string): MachineNeeds {
  const sources = source === "automatic" ? CREDENTIAL_SOURCES : [source];
  const needs = sources.map((each) => NEEDS[each](sts));
  const all = (kind: keyof MachineNeeds) => [...new Set(needs.flatMap((each) => each[kind] ?? []))];
  return { net: all("net"), read: all("read"), env: all("env") };
}
