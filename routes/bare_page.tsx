import type { ComponentChildren } from "preact";
import { assetPath } from "./assets.ts";

/** A page outside the dashboard's shell, which needs no script and knows nothing of the gateway. */
export function BarePage({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · BYOVA gateway`}</title>
        <script src={assetPath("theme.js")} />
        <link rel="stylesheet" href={assetPath("client.css")} />
      </head>
      <body class="bare">
        <main class="panel">
          <h1 class="brand">
            <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
              <path d="M4 10v4M8 6v12M12 9v6M16 4v16M20 10v4" />
            </svg>
            <span>BYOVA gateway</span>
          </h1>
          {children}
        </main>
      </body>
    </html>
  );
}
