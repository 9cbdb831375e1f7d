import type { Case } from '../kill-rule.js';

/** What a mutation is called in the audit log, where it is called otherwise there. */
const ACTIONS: Readonly<Record<string, string>> = {
  pauseRollout: 'rollout.pause', resumeRollout: 'rollout.resume', retryRollout: 'rollout.retry', abortRollout: 'rollout.abort',
};

/**
 * Every answer that a person was given stands: the change is in the audit log exactly once, however often it was repeated, and not at all where the answer says that there was nothing to
 * change; and the same key gives the same answer again.
 */
export function acknowledgedIsKept({ evidence: { mutations, audit } }: Case): readonly string[] {
  const granted = mutations.filter(({ refusals }) => refusals.length === 0);
  const counts = [...Map.groupBy(granted, ({ name }) => name)].flatMap(([name, asked]) => {
    const written = audit.filter(({ action, outcome }) => action === (ACTIONS[name] ?? name) && outcome === 'SUCCEEDED').length;
    const done = asked.filter(({ answer }) => !saysNothingChanged(answer)).length;
    return written === done ? [] : [`${name}: answered ${done} times, written ${written} times`];
  });
  const changed = granted.filter(({ answer, secondAnswer }) => secondAnswer !== undefined && JSON.stringify(answer) !== JSON.stringify(secondAnswer)).map(({ name, key, answer, secondAnswer }) => `${name} (${key}) answered ${JSON.stringify(answer)}, and later ${JSON.stringify(secondAnswer)}`);
  return [...counts, ...changed];
}

function saysNothingChanged(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'hasChanged' in answer && answer.hasChanged === false;
}
