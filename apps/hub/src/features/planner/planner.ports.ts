import type { Failpoints, Ids, Tracer } from '#kernel';
import type { Order } from '#domain';
import type { IssuedOrder } from '../../agent-gateway/index.js';
import type { AuditTrail } from '../../platform/audit/index.js';
import type { RolloutMeter } from './rollout-meter.js';
import type { Leases, Outbox, TransactionContext } from '../../platform/database/index.js';

/** Signs orders; only the planner role has one. Throws when it cannot. */
export interface OrderSigner {
  issue(order: Order): Promise<IssuedOrder>;
}

/** A `Signer` of #wire, bound in the planner role alone. */
export const ORDER_SIGNING_KEY = Symbol('OrderSigningKey');

/** What every step of the planner works with. */
export interface PlannerPorts {
  readonly tx: TransactionContext;
  readonly leases: Pick<Leases, 'assertHeld'>;
  readonly signer: OrderSigner;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly ids: Ids;
  readonly tracer: Tracer;
  readonly failpoints: Failpoints;
  /** Absent: nothing is counted. */
  readonly meter?: RolloutMeter;
}
