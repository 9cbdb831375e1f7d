import type { ApplicationSpec } from '../application/application-spec.js';

/**
 * The applications that this one waits for: those of `dependsOn`, in each cluster, and those that gates of its strategy name, in its rollouts. Each
 * once. Pure.
 */
export function applicationsNeeded({ dependsOn = [], strategy }: Pick<ApplicationSpec, 'dependsOn' | 'strategy'>): readonly string[] {
  const gates = strategy.kind === 'STAGED' ? strategy.stages.flatMap((stage) => [...stage.before, ...stage.after]) : [];
  return [...new Set([...dependsOn, ...gates.flatMap((gate) => (gate.kind === 'ROLLOUT' ? [gate.application] : []))])];
}
