import { findDependencyCycle, type ApplicationSpec, type FieldIssue, type ProjectId } from '#domain';
import type { ApplicationRepository } from './application.repository.js';

/**
 * Whether an application may get its content from where it says: not in a circle, in which a commit would go round for ever. That the other one is not there yet is no
 * mistake. Asked inside the transaction of the change.
 */
export async function promotionIssues(applications: Pick<ApplicationRepository, 'lockPromotions'>, project: ProjectId, name: string, { promoteFrom }: ApplicationSpec): Promise<readonly FieldIssue[]> {
  if (promoteFrom === undefined) return [];
  const cycle = findDependencyCycle(new Map([...(await applications.lockPromotions(project, name)), [name, [promoteFrom.application]]]));
  if (cycle === undefined) return [];
  return [{ code: 'DEPENDENCY_CYCLE', path: ['spec', 'promoteFrom'], message: `Releases would be promoted in a circle: ${cycle.join(' from ')}.`, hint: 'Take promoteFrom out of one of them: the one where changes begin.' }];
}
