import { assetPath } from "./assets.ts";

/** What stands in the head of every page. */
export function DocumentHead({ title }: { title: string }) {
  return (
    <>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · BYOVA gateway`}</title>
      <script src={assetPath("theme.js")} />
      <link rel="stylesheet" href={assetPath("client.css")} />
    </>
  );
}
