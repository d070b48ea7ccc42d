import { useEffect, useState } from "preact/hooks";

/** A field of a filter to type into. What is typed stays while the page moves on; `choose` hears of it when it is done. */
export function TypedField({ name, value, placeholder, choose }: {
  name: string;
  value: string;
  placeholder: string;
  choose: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  return (
    <input
      name={name}
      value={typed}
      placeholder={placeholder}
      onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    />
  );
}
