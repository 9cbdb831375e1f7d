import { aGitRepository, type GitRepositoryBuilder } from '#testing';
import type { PushedCommit } from '../check/evidence.js';
import { contentFiles } from '../model/content-files.js';
import type { Content } from '../plan/schedule.js';
import type { FaultStage } from '../stage/fault-stage.js';

/** The repositories of a schedule, and everything that was pushed to them, in order. */
export class Journal {
  readonly commits: PushedCommit[] = [];
  private readonly repositories = new Map<string, GitRepositoryBuilder>();

  constructor(private readonly stage: FaultStage) {}

  /** Makes the repository of an application with its first commit. */
  async open(application: string, first: Content): Promise<GitRepositoryBuilder> {
    const repository = await aGitRepository(this.stage.repositories, application, { now: () => new Date() });
    this.repositories.set(application, repository);
    await repository.commit({ 'README.md': `${application}\n` });
    await this.commit(application, first);
    return repository;
  }

  async commit(application: string, content: Content): Promise<void> {
    const repository = this.of(application);
    const id = await repository.commit(contentFiles(content, this.commits.findLast((commit) => commit.application === application)?.content));
    this.commits.push({ application, id, content, at: Date.now() });
  }

  /** As `git commit --amend` and `git push --force` do. */
  async rewrite(application: string, content: Content): Promise<void> {
    const repository = this.of(application);
    const mine = this.commits.filter((commit) => commit.application === application);
    const before = mine.at(-2);
    if (before === undefined) return this.commit(application, content);
    // Built on a branch of its own, so that no look-up ever sees the branch without its new head.
    await repository.branch('amended', before.id);
    const id = await repository.commit(contentFiles(content, before.content), 'amended', { branch: 'amended' });
    await repository.branch('main', id);
    await repository.deleteRef('refs/heads/amended');
    this.commits.push({ application, id, content, at: Date.now() });
  }

  private of(application: string): GitRepositoryBuilder {
    const repository = this.repositories.get(application);
    if (repository === undefined) throw new Error(`${application} has no repository`);
    return repository;
  }
}
