import type { AssignmentOrder, Order, TombstoneOrder } from './assignment.js';

/**
 * What an order can say that an agent must know to follow it rightly: one that renders without the patches applies wrong content. An agent announces
 * the names among its capabilities, an order lists what it needs. A name never changes its meaning; what is added to orders and must not be missed gets a new one.
 */
export const ORDER_FEATURES = ['orders.patches', 'orders.depends-on', 'orders.health-rules', 'orders.ignore-rules', 'orders.archives', 'orders.sources'] as const;
export type OrderFeature = (typeof ORDER_FEATURES)[number];

/** What people call it, for messages. */
export const ORDER_FEATURE_WORDS: Readonly<Record<OrderFeature, string>> = {
  'orders.patches': 'patches',
  'orders.depends-on': 'dependsOn',
  'orders.health-rules': 'health rules',
  'orders.ignore-rules': 'rules in sync.ignore',
  'orders.archives': 'OCI artifacts and chart repositories',
  'orders.sources': 'further sources',
};

/** The features that an order uses, in the order of `ORDER_FEATURES`. Pure. */
export function featuresOf(order: Order): readonly OrderFeature[] {
  const uses: Readonly<Record<OrderFeature, boolean>> = order.kind === 'ASSIGNMENT' ? usedBy(order) : usedByRemoval(order);
  return ORDER_FEATURES.filter((feature) => uses[feature]);
}

export function isOrderFeature(text: string): text is OrderFeature {
  return ORDER_FEATURES.some((feature) => feature === text);
}

function usedBy({ patches = [], dependsOn = [], health = [], sync, release }: AssignmentOrder): Readonly<Record<OrderFeature, boolean>> {
  const { archive, sources = [] } = release;
  return {
    'orders.patches': patches.length > 0,
    'orders.depends-on': dependsOn.length > 0,
    'orders.health-rules': health.length > 0,
    'orders.ignore-rules': (sync.ignore ?? []).length > 0,
    'orders.archives': archive !== undefined || sources.some((source) => source.archive !== undefined),
    'orders.sources': sources.length > 0,
  };
}

/** Letting go needs no order among applications. */
function usedByRemoval({ mode, dependsOn = [] }: TombstoneOrder): Readonly<Record<OrderFeature, boolean>> {
  return {
    'orders.patches': false, 'orders.health-rules': false, 'orders.ignore-rules': false, 'orders.archives': false, 'orders.sources': false,
    'orders.depends-on': mode === 'DELETE' && dependsOn.length > 0,
  };
}
