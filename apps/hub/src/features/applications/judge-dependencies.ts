import { findDependencyCycle, type ApplicationSpec, type FieldIssue, type ProjectId } from '#domain';
import type { ApplicationRepository } from './application.repository.js';

/**
 * Whether an application may need what it says it needs: not in a circle, in which each would wait for the other for ever. That one is
 * not there yet is no mistake: applications may be created in any order. Asked inside the transaction of the change.
 */
export async function dependencyIssues(applications: Pick<ApplicationRepository, 'lockDependencies'>, project: ProjectId, name: string, { dependsOn }: ApplicationSpec): Promise<readonly FieldIssue[]> {
  if (dependsOn === undefined) return [];
  const cycle = findDependencyCycle(new Map([...(await applications.lockDependencies(project, name)), [name, dependsOn]]));
  if (cycle === undefined) return [];
  return [{ code: 'DEPENDENCY_CYCLE', path: ['spec', 'dependsOn'], message: `These applications would wait for each other: ${cycle.join(' -> ')}.`, hint: 'Take one of them out of dependsOn.' }];
}
