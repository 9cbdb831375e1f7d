import { SESSION } from './notifications.js';
import type { TransactionContext } from './transaction-context.js';

/** A lease that is held: pass it to whatever must be fenced. */
export interface HeldLease {
  readonly name: string;
  readonly holder: string;
  /** Rises by one with every change of holder: a writer with a lower epoch is a ghost. */
  readonly epoch: bigint;
}

/** Who holds a lease, with the session that ends when its process does: whoever is killed need not be waited for. */
export function holderWith(holder: string, session: string | undefined): string {
  return session === undefined ? holder : `${holder}/${session}`;
}

/**
 * The holder has named its session, and PostgreSQL has it no more. What another role may not see of a session counts as being there. A holder that merely
 * lost its connection loses the lease too: it is fenced like one whose time is up.
 */
const IS_GONE = `(held.holder ~ '/[0-9]+@[0-9]+$' AND NOT EXISTS (
  SELECT 1 FROM pg_stat_activity WHERE pid = substring(held.holder FROM '/([0-9]+)@')::int AND (backend_start IS NULL OR ${SESSION} = substring(held.holder FROM '/([0-9]+@[0-9]+)$'))))`;

const IS_HELD = 'held.expires_at > clock_timestamp()';
const IS_OURS = `held.holder = excluded.holder AND ${IS_HELD}`;
/**
 * Since when it is held without a break. Whose lease is taken from him as his session has ended was there until then: what such a change begins goes on through
 * the next ones for a minute, so that a connection that comes and goes does not begin it anew without end.
 */
const SINCE = `CASE WHEN ${IS_OURS} OR (${IS_HELD} AND held.since > clock_timestamp() - interval '60 seconds') THEN held.since ELSE clock_timestamp() END`;
/** How long nobody has held it, altogether. */
const IDLE_MS = 'held.idle_ms + greatest(0, extract(epoch FROM clock_timestamp() - held.expires_at) * 1000)::bigint';

/**
 * Named leases of controllers, by database time. `acquire` and `renew` open their own short transaction; `assertHeld`
 * runs inside the transaction of the work and locks the row, so that a take-over waits for the commit.
 */
export class Leases {
  constructor(private readonly tx: TransactionContext) {}

  /** Takes the lease if it is free, expired, already ours, or held by a session that has ended; undefined while somebody else holds it. */
  async acquire(name: string, holder: string, ttlMs: number): Promise<HeldLease | undefined> {
    return this.tx.run({ kind: 'system', controller: `lease:${name}` }, async () => {
      const [row] = await this.tx.query<{ epoch: string }>(
        `INSERT INTO leases AS held (name, holder, epoch, expires_at) VALUES ($1, $2, 1, clock_timestamp() + $3 * interval '1 millisecond')
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
           since = ${SINCE}, idle_ms = ${IDLE_MS}, epoch = CASE WHEN ${IS_OURS} THEN held.epoch ELSE held.epoch + 1 END
         WHERE held.holder = excluded.holder OR held.expires_at <= clock_timestamp() OR ${IS_GONE}
         RETURNING epoch`,
        [name, holder, ttlMs],
      );
      return row === undefined ? undefined : { name, holder, epoch: BigInt(row.epoch) };
    });
  }

  /** Extends a lease; false when it was lost, even to ourselves in a later epoch. */
  async renew(lease: HeldLease, ttlMs: number): Promise<boolean> {
    return this.tx.run({ kind: 'system', controller: `lease:${lease.name}` }, async () => {
      const changed = await this.tx.execute(
        `UPDATE leases SET expires_at = clock_timestamp() + $4 * interval '1 millisecond' WHERE name = $1 AND holder = $2 AND epoch = $3 AND expires_at > clock_timestamp()`,
        [lease.name, lease.holder, lease.epoch.toString(), ttlMs],
      );
      return changed === 1;
    });
  }

  /** Gives the lease back early, so that another replica need not wait. A lost lease is left alone. */
  async release(lease: HeldLease): Promise<void> {
    await this.tx.run({ kind: 'system', controller: `lease:${lease.name}` }, async () => {
      await this.tx.execute('UPDATE leases SET expires_at = clock_timestamp() WHERE name = $1 AND holder = $2 AND epoch = $3', [lease.name, lease.holder, lease.epoch.toString()]);
    });
  }

  /**
   * Inside a transaction: makes sure that the lease is still held, and keeps it from changing hands before the commit.
   * @throws LeaseLost otherwise, which rolls the transaction back.
   */
  async assertHeld(lease: HeldLease): Promise<void> {
    const rows = await this.tx.query('SELECT 1 FROM leases WHERE name = $1 AND holder = $2 AND epoch = $3 AND expires_at > clock_timestamp() FOR SHARE', [
      lease.name, lease.holder, lease.epoch.toString(),
    ]);
    if (rows.length === 0) throw new LeaseLost(lease);
  }
}

/** The fencing epoch moved on: the work must not be written. */
export class LeaseLost extends Error {
  readonly code = 'LEASE_LOST';

  constructor(readonly lease: HeldLease) {
    super(`the lease ${lease.name} was lost`);
  }
}
