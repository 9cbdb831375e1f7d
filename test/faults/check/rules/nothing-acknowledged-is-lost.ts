import type { Evidence, Mutation } from '../evidence.js';

/**
 * Every answer that a person was given stands: the change is in the audit log exactly once, however often it was repeated, and the same key
 * gives the same answer again. (That it takes effect is what convergence to the planned end says.)
 */
export function nothingAcknowledgedIsLost({ mutations, audit, convergedAt }: Evidence): readonly string[] {
  const granted = mutations.filter(({ refusals }) => refusals.length === 0);
  const counted = new Map<string, { readonly asked: number; readonly of: Mutation }>();
  for (const mutation of granted) {
    if (mutation.application === '' || mutation.name === 'labelCluster') continue;
    const key = `${mutation.name} of ${mutation.application}`;
    counted.set(key, { asked: (counted.get(key)?.asked ?? 0) + 1, of: mutation });
  }
  const lost = [...counted].flatMap(([key, { asked, of }]) => {
    const written = audit.filter(({ action, subject, outcome }) => action === of.name && subject === of.application && outcome === 'SUCCEEDED').length;
    return written === asked ? [] : [`${key}: answered ${asked} times, written ${written} times`];
  });
  const labelled = granted.filter(({ name }) => name === 'labelCluster').length;
  const labelRows = audit.filter(({ action, outcome }) => action === 'labelCluster' && outcome === 'SUCCEEDED').length;
  const labels = labelled === labelRows ? [] : [`labelCluster: answered ${labelled} times, written ${labelRows} times`];
  return [...lost, ...labels, ...(convergedAt === undefined ? [] : granted.flatMap(secondAnswerProblem))];
}

function secondAnswerProblem({ name, key, answer, secondAnswer }: Mutation): readonly string[] {
  return JSON.stringify(answer) === JSON.stringify(secondAnswer) ? [] : [`${name} (${key}) answered ${JSON.stringify(answer)}, and later ${JSON.stringify(secondAnswer)}`];
}
