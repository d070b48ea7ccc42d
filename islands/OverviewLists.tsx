import type { CallRow, ConnectorFact, ErrorFact } from "./facts.ts";
import { legible, legibleText } from "./legible.ts";
import { lastHourOf } from "./health.ts";
import { NoCalls } from "./NoCalls.tsx";
import { callPath, Health, Panel, Standing } from "./parts.tsx";
import { Ago, Lasting, showMs, Time } from "./Time.tsx";

/** The newest calls, live ones among them. */
export function LastCalls({ calls }: { calls: readonly CallRow[] }) {
  return (
    <Panel title="Newest calls" aside={<a href="/calls">All calls</a>}>
      {calls.length === 0 ? <NoCalls /> : (
        <table class="cards">
          <thead>
            <tr>
              <th scope="col">Started</th>
              <th scope="col">Call</th>
              <th scope="col">Agent</th>
              <th scope="col">State</th>
              <th scope="col" class="number">Turns</th>
              <th scope="col" class="number">Longest wait</th>
              <th scope="col" class="number">Lasted</th>
            </tr>
          </thead>
          <tbody>
            {calls.map((call) => (
              <tr key={callPath(call)}>
                <td>
                  <Time at={call.started_at} of="date" />
                </td>
                <th scope="row" class="wide-cell">
                  <a class="row-link mono cut" data-row-link href={callPath(call)}>{legible(call.call_id)}</a>
                </th>
                <td class="wide-cell">{legible(call.agent_id)}</td>
                <td>
                  <Standing call={call} />
                </td>
                <td data-label="Turns" class="number">{call.turns}</td>
                <td data-label="Longest wait" class="number">{showMs(call.longest_wait_ms)}</td>
                <td data-label="Lasted" class="number">
                  <Lasting ms={call.duration_ms} since={call.state === "live" ? call.started_at : undefined} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

/** The connectors with what they offer, and how they are. */
export function ConnectorList({ connectors }: { connectors: readonly ConnectorFact[] }) {
  return (
    <Panel title="Connectors and agents" aside={<a href="/agents">More of them</a>}>
      {connectors.length === 0
        ? (
          <p class="empty">
            No connector is configured, so every call is refused. Add one under <code>connectors</code>{" "}
            in the configuration and start the gateway again.
          </p>
        )
        : (
          <ul class="list">
            {connectors.map((connector) => (
              <li key={connector.id}>
                <div class="list-head">
                  <strong>{legible(connector.id)}</strong>
                  <span class="quiet">{legible(connector.kind)}</span>
                  <Health of={connector} />
                </div>
                {connector.failure !== null && <p class="bad small">{legibleText(connector.failure)}</p>}
                <p class="quiet small">
                  {connector.agents.length === 0
                    ? "offers no agent"
                    : connector.agents.map(({ id, default: usual }) => `${legible(id)}${usual ? " (default)" : ""}`)
                      .join(", ")}
                </p>
                <p class="small">
                  {`${connector.live_calls} live · last hour: ${lastHourOf(connector)}`}
                  {connector.p50_ms !== null &&
                    ` · wait ${showMs(connector.p50_ms)} median, ${showMs(connector.p95_ms)} at 95 %`}
                </p>
              </li>
            ))}
          </ul>
        )}
    </Panel>
  );
}

/** What went wrong last. */
export function LastErrors({ errors }: { errors: readonly ErrorFact[] }) {
  return (
    <Panel title="Last errors">
      {errors.length === 0 ? <p class="empty">No call has gone wrong.</p> : (
        <ul class="list">
          {errors.map(({ at, code, connector, org_id, call_id }, index) => (
            <li key={`${at} ${call_id} ${index}`}>
              <div class="list-head">
                <strong class="bad mono">{legible(code)}</strong>
                <span class="quiet small">
                  <Ago at={at} />
                </span>
              </div>
              <p class="small">
                {`${legible(connector)} · `}
                <a class="mono" href={`/calls/${encodeURIComponent(call_id)}?${new URLSearchParams({ org: org_id })}`}>
                  {legible(call_id)}
                </a>
              </p>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
