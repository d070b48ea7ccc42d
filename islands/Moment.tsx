/** A moment (ISO 8601) that the visitor chooses in their own time; "" for none. */
export function Moment({ name, label, value, set }: {
  name: string;
  label: string;
  value: string | undefined;
  set: (name: string, value: string) => void;
}) {
  const at = value === undefined ? NaN : Date.parse(value);
  const shown = isNaN(at) ? "" : new Date(at - new Date(at).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  return (
    <label>
      <span>{label}</span>
      <input
        type="datetime-local"
        value={shown}
        onChange={({ currentTarget: { value } }) => set(name, value === "" ? "" : new Date(value).toISOString())}
      />
    </label>
  );
}
