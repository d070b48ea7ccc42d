import { useState } from "preact/hooks";
import { legible } from "./legible.ts";
import type { DialOrder } from "./phone_line.ts";

/** What there is to fill in besides the agent, each with what stands there at first. */
const EMPTY = {
  agent: "",
  org: "test",
  language: "en-US",
  start_name: "call_start",
  parameters: "{}",
  additional_info: "{}",
  vendor_config: "",
  token: "",
};

/** Whom to call and what Webex says with it. */
export function PhoneForm({ agents, chosen, disabled, dial }: {
  agents: readonly string[];
  chosen: string;
  disabled: boolean;
  dial: (order: DialOrder) => void;
}) {
  const [values, setValues] = useState({ ...EMPTY, agent: agents.includes(chosen) ? chosen : "" });
  const [problem, setProblem] = useState("");
  const field = (name: keyof typeof EMPTY) => ({
    id: `phone-${name}`,
    name,
    value: values[name],
    disabled,
    onInput: ({ currentTarget }: { currentTarget: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement }) =>
      setValues({ ...values, [name]: currentTarget.value }),
  });
  const submit = (event: Event) => {
    event.preventDefault();
    const parameters = objectOf(values.parameters);
    const additional = objectOf(values.additional_info);
    if (!parameters) return setProblem('The parameters must be a JSON object, such as {"language": "en"}');
    if (!additional || !Object.values(additional).every((value) => typeof value === "string")) {
      return setProblem('The additional info must be a JSON object of texts, such as {"ani": "+15550100"}');
    }
    setProblem("");
    dial({ type: "dial", ...values, parameters, additional_info: additional as Record<string, string> });
  };
  return (
    <form class="phone-form" onSubmit={submit}>
      <label for="phone-agent">Agent</label>
      <select {...field("agent")}>
        <option value="">the default agent</option>
        {agents.map((id) => <option key={id} value={id}>{legible(id)}</option>)}
      </select>
      <details>
        <summary>What Webex says with the call</summary>
        <div class="phone-form">
          <label for="phone-org">Organization</label>
          <input {...field("org")} required />
          <label for="phone-language">Language</label>
          <input {...field("language")} />
          <label for="phone-start_name">Start event</label>
          <input {...field("start_name")} />
          <label for="phone-parameters">Parameters</label>
          <textarea {...field("parameters")} rows={2} spellcheck={false} />
          <label for="phone-additional_info">Additional info</label>
          <textarea {...field("additional_info")} rows={2} spellcheck={false} />
          <label for="phone-vendor_config">Vendor configuration</label>
          <textarea {...field("vendor_config")} rows={2} spellcheck={false} />
          <label for="phone-token">Token of Webex</label>
          <input {...field("token")} type="password" autocomplete="off" />
        </div>
      </details>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <button type="submit" class="button first" disabled={disabled}>Call</button>
    </form>
  );
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text.trim() || "{}");
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? value as Record<string, unknown>
      : undefined;
  } catch {
    return undefined;
  }
}
