import { useState } from "preact/hooks";
import { act, mayAct } from "./act.ts";
import { useAnswer, useEvery, useThrottle } from "./answer.ts";
import type { ConnectorFact } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { definePage, type PageProps } from "./page.ts";
import { lastHourOf } from "./health.ts";
import { Fact, Health, Panel } from "./parts.tsx";
import { useHouse, useMoves } from "./Shell.tsx";
import { Ago, showMs } from "./Time.tsx";
import { Chart } from "./Chart.tsx";

interface Facts {
  readonly agents: { readonly connectors: readonly ConnectorFact[] };
}

const ASKS = "/api/agents";
/** How often the page asks at most while calls come and go, and at least, in ms. */
const SOON_MS = 3000;
const AT_LEAST_MS = 15_000;

/** What is on offer, how it fares, and how it is configured. */
export const Agents = definePage<Facts>({
  path: "/agents",
  nav: { label: "Agents", key: "a" },
  title: () => "Agents and connectors",
  asks: () => ({ agents: ASKS }),
  live: () => "topics=overview",
  View,
});

function View({ facts }: PageProps<Facts>) {
  const house = useHouse();
  const [agents, ask] = useAnswer(facts.agents, ASKS);
  const [told, setTold] = useState("");
  const soon = useThrottle(ask, SOON_MS);
  useMoves(soon);
  useEvery(AT_LEAST_MS, soon);
  const refresh = async () => {
    setTold("asking every vendor …");
    setTold(await act("/api/agents/refresh") || "every vendor has been asked");
    ask();
  };
  return (
    <>
      <div class="page-head">
        <h1>Agents and connectors</h1>
        <span role="status" class="quiet small">{legibleText(told)}</span>
        {mayAct(house.me) && (
          <div class="actions">
            <button type="button" class="button" onClick={refresh}>Look for agents</button>
          </div>
        )}
      </div>
      {!agents.ok && <p class="problem">{legibleText(agents.problem)}</p>}
      {agents.ok && agents.value.connectors.length === 0 && (
        <p class="panel empty">
          No connector is configured, so every call is refused. Add one under <code>connectors</code>{" "}
          in the configuration and start the gateway again.
        </p>
      )}
      {agents.ok && agents.value.connectors.map((connector) => <Connector key={connector.id} connector={connector} />)}
    </>
  );
}

function Connector({ connector }: { connector: ConnectorFact }) {
  const { id, kind, agents, failure, live_calls, p50_ms, p95_ms, last_failure, trend } = connector;
  const settings = Object.entries((connector.configuration ?? {}) as Record<string, unknown>);
  return (
    <Panel
      title={legible(id)}
      aside={
        <span>
          <span class="quiet">{legible(kind)}</span> <Health of={connector} />
        </span>
      }
    >
      {failure && <p class="problem">{`Its agents cannot be listed: ${legibleText(failure)}`}</p>}
      <div class="columns three body">
        <div>
          <h3>On offer</h3>
          {agents.length === 0 ? <p class="quiet offers">No agent, so that no call comes here.</p> : (
            <ul class="offers">
              {agents.map(({ id, default: usual }) => (
                <li key={id}>
                  <a href={`/calls?${new URLSearchParams({ agent: id })}`}>{legible(id)}</a>
                  {usual ? " (the default) " : " "}
                  <a class="small" href={`/phone?${new URLSearchParams({ agent: id })}`}>test call</a>
                </li>
              ))}
            </ul>
          )}
          <dl class="facts">
            <Fact name="Live calls">
              <a href={`/calls?${new URLSearchParams({ connector: id, state: "live" })}`}>{live_calls}</a>
            </Fact>
            <Fact name="Last hour">{lastHourOf(connector)}</Fact>
            <Fact name="Wait">{p50_ms === null ? "–" : `${showMs(p50_ms)} median, ${showMs(p95_ms)} at 95 %`}</Fact>
            <Fact name="Last failure">
              {last_failure && (
                <>
                  <a
                    class="mono"
                    href={`/calls/${encodeURIComponent(last_failure.call_id)}?${new URLSearchParams({
                      org: last_failure.org_id,
                    })}`}
                  >
                    {legible(last_failure.code)}
                  </a>{" "}
                  <Ago at={last_failure.at} />
                </>
              )}
            </Fact>
          </dl>
        </div>
        <div>
          <h3>Wait for an answer, last hour</h3>
          <Chart
            from={Date.parse(trend.from)}
            stepMs={trend.step_ms}
            lines={[
              { label: "p50", tone: "accent", values: trend.p50_ms },
              { label: "p95", tone: "warn", values: trend.p95_ms },
            ]}
            show={showMs}
            least={100}
          />
        </div>
        <div>
          <h3>Failures, last hour</h3>
          <Chart
            from={Date.parse(trend.from)}
            stepMs={trend.step_ms}
            lines={[{ label: "failed", tone: "bad", values: trend.failures }]}
            show={String}
            least={4}
          />
        </div>
      </div>
      {settings.length > 0 && (
        <details class="settings">
          <summary>Configuration</summary>
          <dl class="facts body">
            {settings.map(([key, value]) => (
              <Fact key={key} name={legible(key)}>
                <span class="mono">{legibleText(typeof value === "string" ? value : JSON.stringify(value))}</span>
              </Fact>
            ))}
          </dl>
        </details>
      )}
    </Panel>
  );
}
