/** What a unit is written for. */
export interface UnitOptions {
  /** The program, by its absolute path. */
  readonly program: string;
  /** The configuration, by its absolute path. */
  readonly config: string;
  /** What the gateway is allowed to use: the flags of `exactFlags`. */
  readonly flags: readonly string[];
  readonly drainMs: number;
  /** The lowest port that it listens on; those below 1024 take a capability. */
  readonly lowestPort: number;
}

/** How much longer than the drain a stop may take, in seconds. */
const LAST_STEPS_S = 15;

/**
 * The text of a systemd unit (systemd.service(5), systemd.exec(5)) for `byova-gateway@.service`: a template, so that a
 * second instance can take the ports over from the first. It is ready when its health says so; what the program cannot
 * need is taken away. V8 compiles while it runs, so memory that can be written and executed must stay allowed.
 */
export function systemdUnit({ program, config, flags, drainMs, lowestPort }: UnitOptions): string {
  const capability = lowestPort > 0 && lowestPort < 1024 ? "CAP_NET_BIND_SERVICE" : "";
  return `[Unit]
Description=byova-gateway answers Webex Contact Center's virtual agent calls (%i)
Documentation=https://developer.webex.com/webex-contact-center/docs/bring-your-own-virtual-agent
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart=${program} serve --config ${config}
ExecStartPost=${program} health --config ${config} --wait 30 --pid $MAINPID
KillSignal=SIGTERM
KillMode=mixed
TimeoutStopSec=${Math.ceil(drainMs / 1000) + LAST_STEPS_S}
Restart=on-failure
RestartSec=1

# What the program may use: the output of "byova-gateway permissions --config ${config}".
Environment="GATEWAY_FLAGS=${flags.join(" ").replaceAll("%", "%%")}"
# Secrets as NAME=value, if the configuration reads any.
EnvironmentFile=-/etc/byova-gateway/environment

# Instances share the user, as SO_REUSEPORT wants it.
DynamicUser=yes
User=byova-gateway
WorkingDirectory=/var/lib/byova-gateway
StateDirectory=byova-gateway
StateDirectoryMode=0700
CacheDirectory=byova-gateway
CacheDirectoryMode=0700
Environment=GATEWAY_UNPACK_DIR=/var/cache/byova-gateway
UMask=0077
LimitNOFILE=65536

ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
NoNewPrivileges=yes
CapabilityBoundingSet=${capability}
AmbientCapabilities=${capability}
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
MemoryDenyWriteExecute=no

[Install]
WantedBy=multi-user.target
DefaultInstance=a
`;
}
