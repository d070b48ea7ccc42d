import type { DatabaseSync } from "node:sqlite";
import type { Row } from "./call_rows.ts";
import type { Alert, Deed, Store } from "./store.ts";

/** Rows that one answer may hold. */
const MOST_ROWS = 1000;

/** Alerts, and what somebody did. Throws what SQLite throws. */
export class Trail {
  readonly #sql;

  constructor(readonly database: DatabaseSync) {
    this.#sql = {
      keepAlert: database.prepare("INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      alerts: database.prepare("SELECT * FROM alerts ORDER BY since DESC, id DESC LIMIT ? OFFSET ?"),
      alertsIn: database.prepare("SELECT * FROM alerts WHERE state = ? ORDER BY since DESC, id DESC LIMIT ? OFFSET ?"),
      keepDeed: database.prepare("INSERT INTO deeds (at, who, via, action, about) VALUES (?, ?, ?, ?, ?)"),
      deeds: database.prepare("SELECT at, who, via, action, about FROM deeds ORDER BY id DESC LIMIT ? OFFSET ?"),
    };
  }

  /** Writes an alert anew, or over the one of that id. */
  keepAlert({ id, rule, severity, state, message, value, since, resolvedAt, delivery }: Alert): void {
    const resolved = resolvedAt === undefined ? null : Math.round(resolvedAt);
    this.#sql.keepAlert.run(id, rule, severity, state, message, value ?? null, Math.round(since), resolved, delivery);
  }

  alerts({ state, offset, limit }: Parameters<Store["alerts"]>[0]): Alert[] {
    const most = Math.min(limit, MOST_ROWS);
    const rows = state === undefined ? this.#sql.alerts.all(most, offset) : this.#sql.alertsIn.all(state, most, offset);
    return rows.map(toAlert);
  }

  keepDeed({ at, who, via, action, about }: Deed): void {
    this.#sql.keepDeed.run(Math.round(at), who, via, action, about);
  }

  deeds({ offset, limit }: Parameters<Store["deeds"]>[0]): Deed[] {
    return this.#sql.deeds.all(Math.min(limit, MOST_ROWS), offset) as unknown as Deed[];
  }
}

function toAlert({ id, rule, severity, state, message, value, since, resolved, delivery }: Row): Alert {
  return {
    id,
    rule,
    severity,
    state,
    message,
    value: value ?? undefined,
    since,
    resolvedAt: resolved ?? undefined,
    delivery,
  };
}
