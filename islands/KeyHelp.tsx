import { useEffect, useRef } from "preact/hooks";
import { boundKeys } from "./keys.ts";

/** What the keys do, over the page. */
export function KeyHelp({ close }: { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="keys-title" onClose={close}>
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {[...Map.groupBy(boundKeys(), ({ does }) => does)].map(([does, bindings]) => (
          <div key={does}>
            <dt>{bindings.flatMap(({ keys }) => keys.split(" ")).map((key) => <kbd key={key}>{key}</kbd>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>close this, leave a field</dd>
        </div>
      </dl>
      <form method="dialog">
        <button type="submit" class="button">Close</button>
      </form>
    </dialog>
  );
}
