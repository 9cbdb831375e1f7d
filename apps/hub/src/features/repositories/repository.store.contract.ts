import { expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { repositoryId, type ProjectId, type RepositoryId } from '#domain';
import type { Repository } from './repository.js';
import type { RepositoryStore } from './repository.store.js';

export interface RepositoryStoreUnderTest {
  readonly project: ProjectId;
  /** Gives each call a transaction of its own. */
  readonly run: <T>(work: (store: RepositoryStore) => Promise<T>) => Promise<T>;
  /** Adds an application that uses the repository. */
  readonly addApplication: (repository: RepositoryId, name: string) => Promise<void>;
}

/** What every RepositoryStore does. */
export function repositoryStoreContract(underTest: () => RepositoryStoreUnderTest): void {
  const run = <T>(work: (store: RepositoryStore) => Promise<T>): Promise<T> => underTest().run(work);
  const found = (name: string): Promise<Repository | undefined> => run((store) => store.lockByName(underTest().project, name));
  const aRepository = (number: number, part: Partial<Repository> = {}): Repository => ({
    project: underTest().project, id: repositoryId(`00000000-0000-7000-8000-${String(number).padStart(12, '0')}`), name: `r${number}`, type: 'GIT', url: `https://git.example.com/r${number}.git`,
    pollMs: 60_000, credentials: { sealed: Buffer.from([1, 2, 3]), digest: digestOf('x') }, writeCredentials: undefined, webhookSecret: undefined, version: 1, ...part,
  });

  it('finds what was added', async () => {
    const repository = aRepository(1, { webhookSecret: Buffer.from([9]), writeCredentials: { sealed: Buffer.from([4, 5]), digest: digestOf('w') } });
    expect(await run((store) => store.add(repository))).toEqual({ ok: true, value: repository });
    expect(await found('r1')).toEqual(repository);
    expect(await found('other')).toBeUndefined();
  });

  it('refuses a second repository of that name and keeps the first', async () => {
    await run((store) => store.add(aRepository(2)));
    expect(await run((store) => store.add(aRepository(3, { name: 'r2' })))).toEqual({ ok: false, error: { code: 'DUPLICATE_REPOSITORY', name: 'r2' } });
    expect(await found('r2')).toEqual(aRepository(2));
  });

  it('saves once per version', async () => {
    await run((store) => store.add(aRepository(4)));
    const changed = aRepository(4, { url: 'https://git.example.com/new', pollMs: 1_000, credentials: undefined, writeCredentials: { sealed: Buffer.from([6]), digest: digestOf('v') }, webhookSecret: Buffer.from([7]) });
    expect(await run((store) => store.save(changed))).toEqual({ ok: true, value: { ...changed, version: 2 } });
    expect(await run((store) => store.save(changed))).toEqual({ ok: false, error: { code: 'STALE_VERSION', version: 1 } });
    expect(await found('r4')).toEqual({ ...changed, version: 2 });
  });

  it('names the applications that use it, in order', async () => {
    const repository = aRepository(5);
    await run((store) => store.add(repository));
    expect(await run((store) => store.applicationsUsing(repository.id))).toEqual([]);
    for (const name of ['web', 'api']) await underTest().addApplication(repository.id, name);
    expect(await run((store) => store.applicationsUsing(repository.id))).toEqual(['api', 'web']);
  });

  it('forgets a removed one and frees its name', async () => {
    await run((store) => store.add(aRepository(6)));
    await run((store) => store.remove(aRepository(6)));
    expect(await found('r6')).toBeUndefined();
    expect(await run((store) => store.save(aRepository(6)))).toMatchObject({ ok: false });
    expect(await run((store) => store.add(aRepository(7, { name: 'r6' })))).toMatchObject({ ok: true });
    expect(await found('r6')).toEqual(aRepository(7, { name: 'r6' }));
  });
}
