import { applicationsNeeded, findDependencyCycle, type ApplicationSpec, type FieldIssue, type ProjectId } from '#domain';
import type { ApplicationRepository } from './application.repository.js';

/**
 * Whether an application may wait for what it says it waits for, in `dependsOn` or by gates of its strategy: not in a circle, in which each would wait
 * for the other for ever. That one is not there yet is no mistake: applications may be created in any order. Asked inside the transaction of the change.
 */
export async function dependencyIssues(applications: Pick<ApplicationRepository, 'lockDependencies'>, project: ProjectId, name: string, spec: ApplicationSpec): Promise<readonly FieldIssue[]> {
  const needed = applicationsNeeded(spec);
  if (needed.length === 0) return [];
  const cycle = findDependencyCycle(new Map([...(await applications.lockDependencies(project, name)), [name, needed]]));
  if (cycle === undefined) return [];
  const next = cycle[cycle.indexOf(name) + 1];
  const isByGate = next === undefined || spec.dependsOn?.includes(next) !== true;
  return [{
    code: 'DEPENDENCY_CYCLE', path: ['spec', isByGate ? 'strategy' : 'dependsOn'], message: `These applications would wait for each other: ${cycle.join(' -> ')}.`,
    hint: isByGate ? 'Take one of them out of the gates of its rollouts, or out of dependsOn.' : 'Take one of them out of dependsOn, or out of the gates of its rollouts.',
  }];
}
