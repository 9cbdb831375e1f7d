import { err, ok, type Result } from '#kernel';
import { issuesUnder, judgeSourceOfType, type ApplicationSpec, type FieldIssue, type ProjectId, type RepositoryId } from '#domain';
import type { InvalidApplication, RepositoryUnknown } from './application.errors.js';
import type { ApplicationRepository, FoundSource } from './application.repository.js';

export interface FoundSources {
  readonly repository: RepositoryId;
  readonly further: readonly FoundSource[];
}

/** The repositories that a specification names, which may not be removed until the transaction ends, or what is wrong with how it names them. */
export async function findSources(applications: Pick<ApplicationRepository, 'repositoryOf'>, project: ProjectId, { source, sources = [] }: ApplicationSpec): Promise<Result<FoundSources, RepositoryUnknown | InvalidApplication>> {
  const issues: FieldIssue[] = [];
  const found: RepositoryId[] = [];
  for (const [index, one] of [source, ...sources].entries()) {
    const repository = await applications.repositoryOf(project, one.repository);
    if (repository === undefined) return err({ code: 'REPOSITORY_NOT_FOUND', repository: one.repository });
    found.push(repository.id);
    issues.push(...issuesUnder(index === 0 ? ['spec', 'source'] : ['spec', 'sources', String(index - 1)], judgeSourceOfType(one, repository.type)));
  }
  const [repository, ...others] = found;
  if (issues.length > 0 || repository === undefined) return err({ code: 'INVALID_APPLICATION', issues });
  return ok({ repository, further: sources.flatMap(({ name, ref }, index) => { const id = others[index]; return id === undefined ? [] : [{ name, repository: id, ref }]; }) });
}
