import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { useKeyboard, useKeys } from "./keys.ts";
import type { LiveNumbers, Me } from "./facts.ts";
import { KeyHelp } from "./KeyHelp.tsx";
import { legible, legibleText } from "./legible.ts";
import { Line, useLineState, useLive } from "./live.ts";
import type { LiveLine } from "./live_line.ts";
import { Lasting } from "./Time.tsx";
import { NowContext, useNow, useTicking } from "./now.ts";
import type { AnyPage, HouseFacts } from "./page.ts";
import { ThemeSwitch } from "./ThemeSwitch.tsx";

const House = createContext<HouseFacts | undefined>(undefined);

const NUMBERS = ["state", "why", "live_calls", "calls", "errors"] as const satisfies readonly (keyof LiveNumbers)[];

/** Asks when calls or the gateway's state have moved, and once more when the store has learned of it. `ask`: throttled. */
export function useMoves(ask: () => void): void {
  const { live_calls, calls, errors, state } = useHouse();
  useEffect(() => {
    ask();
    ask();
  }, [live_calls, calls, errors, state]);
}

/** What every page is told of the gateway, as it is now. */
export function useHouse(): HouseFacts {
  return useContext(House)!;
}

export interface ShellProps {
  readonly house: HouseFacts;
  /** The pages of the navigation. */
  readonly pages: readonly AnyPage[];
  /** The path of the page that is shown. */
  readonly path: string;
  readonly line?: LiveLine | undefined;
  readonly children: ComponentChildren;
}

/** What stands around each page: where one can go, how the gateway is, and whether what is shown is fresh. */
export function Shell({ house, line, ...rest }: ShellProps) {
  return (
    <Line.Provider value={line}>
      <NowContext.Provider value={useTicking(Date.parse(house.now))}>
        <Frame house={house} {...rest} />
      </NowContext.Provider>
    </Line.Provider>
  );
}

function Frame({ house: drawn, pages, path, children }: Omit<ShellProps, "line">) {
  const [house, setHouse] = useState(drawn);
  const [help, setHelp] = useState(false);
  useLive("snapshot", ({ live }) => setHouse((house) => ({ ...house, ...live })));
  useLive(
    "pulse",
    ({ now: _, ...numbers }) =>
      setHouse((house) => NUMBERS.every((name) => house[name] === numbers[name]) ? house : { ...house, ...numbers }),
  );
  const navigable = pages.filter(({ nav }) => nav);
  useKeyboard();
  useKeys([
    { keys: "?", does: "show the keys", act: () => setHelp(true) },
    { keys: "/", does: "search", act: () => document.querySelector<HTMLElement>("[data-search]")?.focus() },
    ...navigable.map(({ path, nav }) => ({
      keys: `g ${nav!.key}`,
      does: `go to ${nav!.label}`,
      act: () => location.assign(path),
    })),
  ]);
  const links = (
    <ul>
      {navigable.map((page) => (
        <li key={page.path}>
          <a href={page.path} aria-current={isIn(path, page.path) ? "page" : undefined}>{page.nav!.label}</a>
        </li>
      ))}
    </ul>
  );
  return (
    <House.Provider value={house}>
      <a class="skip" href="#main">Skip to the page</a>
      <header class="top">
        <a class="brand" href="/" aria-label="BYOVA gateway">
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
            <path d="M4 10v4M8 6v12M12 9v6M16 4v16M20 10v4" />
          </svg>
          <span>BYOVA gateway</span>
        </a>
        <nav class="wide" aria-label="Pages">{links}</nav>
        <GatewayState house={house} />
        <div class="tools">
          <Visitor me={house.me} />
          <ThemeSwitch />
          <button type="button" class="plain" title="Keys (?)" aria-label="Show the keys" onClick={() => setHelp(true)}>
            ?
          </button>
        </div>
        <details class="narrow">
          <summary>Menu</summary>
          <nav aria-label="Pages, menu">
            {links}
            <div class="menu-foot">
              <ThemeSwitch />
              <Visitor me={house.me} />
            </div>
          </nav>
        </details>
      </header>
      <LineBanner />
      <main id="main">{children}</main>
      <footer>
        {`Version ${house.version} · up `}
        <Lasting ms={Date.parse(drawn.now) - Date.parse(house.started_at)} since={house.started_at} />
        {" · "}
        <a href="/api/openapi.json">API</a> · <a href="/metrics">Metrics</a>
      </footer>
      {help && <KeyHelp close={() => setHelp(false)} />}
    </House.Provider>
  );
}

/** Who looks, as what, and the way out; nothing where nobody logs in. */
function Visitor({ me: { user, csrf } }: { me: Me }) {
  if (!user) return null;
  return (
    <form class="visitor" method="post" action="/logout">
      <span>
        {legible(user.name)} <span class="quiet">{user.role}</span>
      </span>
      {csrf !== "" && (
        <>
          <input type="hidden" name="csrf" value={csrf} />
          <button type="submit" class="plain">Log out</button>
        </>
      )}
    </form>
  );
}

/** The state of the gateway, always in sight. */
function GatewayState({ house: { state, why, live_calls } }: { house: HouseFacts }) {
  const line = useLineState();
  return (
    <p
      class={`gateway-state ${state.replace(" ", "-")}`}
      title={legibleText(why)}
      role="status"
      data-line={line?.state}
    >
      <strong>{state}</strong>
      <span>{`${live_calls} live`}</span>
    </p>
  );
}

/** Says when what is shown is no longer fresh. */
function LineBanner() {
  const line = useLineState();
  const { now } = useNow();
  const ago = line && Math.max(0, Math.round((Math.max(now, Date.now()) - line.since) / 1000));
  return (
    <div role="alert">
      {line?.state === "lost" && (
        <p class="stale">{`Connection lost ${ago} s ago; trying again. What you see may be old.`}</p>
      )}
    </div>
  );
}

function isIn(path: string, home: string): boolean {
  return path === home || (home !== "/" && path.startsWith(`${home}/`));
}
