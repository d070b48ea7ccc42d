import { legible, legibleText } from "./legible.ts";

/** Named values in a line; those that are not known are left out. */
export function Fields({ of }: { of: Readonly<Record<string, unknown>> }) {
  const known = Object.entries(of).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return (
    <span class="fields">
      {known.map(([name, value]) => (
        <span key={name}>
          <span class="quiet">{`${legible(name)}=`}</span>
          {legibleText(typeof value === "string" ? value : JSON.stringify(value))}
        </span>
      ))}
    </span>
  );
}
