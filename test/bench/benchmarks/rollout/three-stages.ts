import type { LabelsOf } from '../../setup/join-token.js';

const CANARIES = 5;
const EARLY = 25;

/** Three stages by label, each waiting for the one before to be healthy; no soak. */
export const THREE_STAGES = {
  kind: 'STAGED',
  stages: [
    { name: 'canary', selector: { matchLabels: { ring: 'canary' } } },
    { name: 'early', selector: { matchLabels: { ring: 'early' } } },
    { name: 'rest', selector: { all: true } },
  ],
} as const;

export const STAGES_NOTE = `stages of the one rollout: ${CANARIES} % of the clusters, ${EARLY} %, the rest, by a label; each begins when all of the one before are healthy`;

/** Clusters with the labels that the stages ask for. */
export function ringedClusters(count: number): LabelsOf {
  const ringOf = (index: number): string => (index * 100 < CANARIES * count ? 'canary' : index * 100 < (CANARIES + EARLY) * count ? 'early' : 'rest');
  return new Map(Array.from({ length: count }, (_, index) => [`cluster-${String(index).padStart(4, '0')}`, { ring: ringOf(index) }]));
}
