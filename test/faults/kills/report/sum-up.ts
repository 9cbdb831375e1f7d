import type { KillEvidence } from '../check/kill-evidence.js';
import type { Death } from '../run/kill-hub.js';

/** What a run was, in a line. */
export function sumUp(deaths: readonly Death[], evidence: KillEvidence | undefined): string {
  const count = (isMeant: (death: Death) => boolean): number => deaths.filter(isMeant).length;
  const starts = deaths.flatMap(({ readyAfterMs }) => (readyAfterMs === undefined ? [] : [readyAfterMs])).toSorted((a, b) => a - b);
  const parts = [
    `${deaths.length} deaths: ${count(({ underWay }) => underWay.rollouts > 0)} with rollouts under way, ${count(({ underWay }) => underWay.moving > 0)} with targets moving, ${count(({ underWay }) => underWay.transactions > 0)} inside a transaction`,
    `start of the hub (ms) median ${Math.round(starts[Math.floor(starts.length / 2)] ?? 0)}, longest ${Math.round(starts.at(-1) ?? 0)}`,
  ];
  if (evidence !== undefined) {
    const states = [...Map.groupBy(evidence.rollouts, ({ state }) => state)].map(([state, rollouts]) => `${rollouts.length} ${state}`).toSorted();
    parts.push(`${evidence.commits.length} commits, ${evidence.rollouts.length} rollouts (${states.join(', ')}), ${evidence.transitions.filter(({ kind }) => kind === 'ASSIGNED').length} orders, ${evidence.mutations.length} mutations, ${evidence.mutations.filter(({ attempts }) => attempts > 1).length} of them asked more than once`);
  }
  return parts.join('\n  ');
}
