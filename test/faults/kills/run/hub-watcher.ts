import pg from 'pg';
import type { KillStage } from '../stage/kill-stage.js';

/** What the hub had under way when it died. */
export interface UnderWay {
  /** Transactions open in the database. */
  readonly transactions: number;
  /** Rollouts that move, go back or are paused. */
  readonly rollouts: number;
  /** Targets with an order that is not answered. */
  readonly moving: number;
}

const OPEN_TRANSACTIONS = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE usename = 'capstan_app' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND (backend_xid IS NOT NULL OR state = 'idle in transaction')`;
const UNDER_WAY = `SELECT (${OPEN_TRANSACTIONS}) AS transactions, (SELECT count(*)::int FROM rollouts WHERE state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK')) AS rollouts,
  (SELECT count(*)::int FROM rollout_targets t JOIN rollouts r ON r.id = t.rollout_id WHERE r.state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK') AND t.state IN ('MOVING', 'REVERTING')) AS moving`;
const LOOK_MS = 2;

/** Looks over the hub's shoulder, by a connection of its own as the hub's own role. */
export class HubWatcher {
  private constructor(private readonly client: pg.Client) {}

  static async open({ postgres }: KillStage): Promise<HubWatcher> {
    const client = new pg.Client({ connectionString: postgres.appUrl, application_name: 'witness' });
    await client.connect();
    return new HubWatcher(client);
  }

  async underWay(): Promise<UnderWay> {
    const [row] = (await this.client.query<UnderWay>(UNDER_WAY)).rows;
    if (row === undefined) throw new Error('the database did not answer');
    return row;
  }

  /** Until a transaction that has written something is open, or the time is up. */
  async untilInTransaction(atMostMs: number): Promise<void> {
    const end = performance.now() + atMostMs;
    while (performance.now() < end) {
      const [row] = (await this.client.query<{ readonly n: number }>(OPEN_TRANSACTIONS)).rows;
      if (row !== undefined && row.n > 0) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
