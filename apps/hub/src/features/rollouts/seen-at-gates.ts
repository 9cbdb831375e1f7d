import { rolloutId, type GateSpec, type GateState, type SeenOnCluster } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import type { GateCheckView } from './gate-check-view.js';
import { loadRollouts, rolloutHeads } from './load-rollout.js';

interface GateKey {
  readonly rollout_id: string;
  readonly stage: string;
  readonly spec: Pick<GateSpec, 'name'>;
}

/** By the key of the gate. */
export type SeenAtGates = ReadonlyMap<string, readonly GateCheckView[]>;

/** Rollouts whose targets are in memory for this at once; of more nothing is told but the hurdle. */
const MOST_ROLLOUTS = 20;
/** Clusters that are told of one gate, those first that are waited for. */
const MOST_CLUSTERS = 200;

export function gateKey({ rollout_id: rollout, stage, spec }: GateKey): string {
  return `${rollout} ${stage} ${spec.name}`;
}

/**
 * What gates that wait for another application see of it now, cluster by cluster. Nothing of it is stored: it is read as the planner reads it, and only for gates that hold
 * their rollout up. Runs in the open transaction.
 */
export async function seenAtGates(tx: TransactionContext, gates: readonly (GateKey & { readonly spec: GateSpec; readonly state: GateState })[]): Promise<SeenAtGates> {
  const waiting = gates.filter(({ spec, state }) => spec.kind === 'ROLLOUT' && state === 'WAITING');
  const ids = [...new Set(waiting.map((gate) => rolloutId(gate.rollout_id)))].slice(0, MOST_ROLLOUTS);
  if (ids.length === 0) return new Map();
  const wanted = new Set(waiting.map(gateKey));
  const loaded = await loadRollouts(tx, await rolloutHeads(tx, ids));
  const rows = loaded.flatMap(({ state }) => state.stages.flatMap((stage) => stage.gates.map((gate) => [gateKey({ rollout_id: state.id, stage: stage.name, spec: gate.spec }), (gate.checks ?? []).flatMap(({ seen }) => seen ?? [])] as const)));
  return new Map(rows.filter(([key]) => wanted.has(key)).map(([key, seen]) => [key, seen.toSorted(byNeed).slice(0, MOST_CLUSTERS).map(toCheck)]));
}

function byNeed(a: SeenOnCluster, b: SeenOnCluster): number {
  const [one = '', other = ''] = [a.cluster, b.cluster];
  return Number(a.isThere) - Number(b.isThere) || (one < other ? -1 : Number(one > other));
}

function toCheck({ cluster, isThere, message }: SeenOnCluster): GateCheckView {
  return { cluster, verdict: isThere ? 'PASSED' : undefined, passes: isThere ? 1 : 0, failures: 0, message, value: undefined, at: undefined };
}
