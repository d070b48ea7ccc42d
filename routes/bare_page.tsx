import type { ComponentChildren } from "preact";
import { DocumentHead } from "./document_head.tsx";

/** A page outside the dashboard's shell, which needs no script and knows nothing of the gateway. */
export function BarePage({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <DocumentHead title={title} />
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
