import { FURTHER_AUTHORS, type CommitPeople } from '#domain';
import { IsomorphicGit, type GitObjects } from '#git';
import { aGitRepository, GitServer, type GitRepositoryBuilder } from '#testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peopleOfCommits } from '../../src/features/sources/people-of-commits.js';

jest.setTimeout(120_000);

const never = new AbortController().signal;
const person = (name: string): { readonly name: string; readonly email: string } => ({ name, email: `${name}@Example.com` });

describe('who wrote what a commit brings', () => {
  let server: GitServer;
  let git: GitRepositoryBuilder;
  let adapter: IsomorphicGit;
  let directory: string;
  let count = 0;
  beforeAll(async () => {
    server = await GitServer.start();
    directory = await mkdtemp(join(tmpdir(), 'capstan-people-'));
    adapter = new IsomorphicGit({ cacheDirectory: directory });
  });
  beforeEach(async () => void (git = await aGitRepository(server, `fleet-${(count += 1)}`)));
  afterAll(async () => {
    await adapter.close();
    await server.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  const mirror = async (head: string): Promise<GitObjects> => {
    const objects = await adapter.mirror({ url: git.url }, git.name, [{ fullRef: 'refs/heads/main', commit: head }], never);
    if (!objects.ok) throw new Error(objects.error.message);
    return objects.value;
  };
  const names = ({ people }: CommitPeople): readonly string[] => people.map(({ email }) => email.replace('@example.com', '')).toSorted();
  const peopleSince = async (since: string | undefined, head: string, ...paths: readonly string[]): Promise<CommitPeople> => peopleOfCommits(await mirror(head), head, since, paths.length === 0 ? ['app'] : paths, never);

  it('are authors, committers and co-authors of the commits that touch what is watched, each with a commit', async () => {
    const first = await git.commit({ 'app/a.yaml': '1', 'other/b.yaml': '1' }, 'first', { author: person('ann') });
    const second = await git.commit({ 'app/a.yaml': '2' }, 'second\n\nCo-authored-by: Cy <CY@example.com>', { author: person('bob'), committer: person('merge-bot') });
    await git.commit({ 'other/b.yaml': '2' }, 'elsewhere', { author: person('dan') });
    const last = await git.commit({ 'app/new.yaml': '1' }, 'last', { author: person('eve') });
    const people = await peopleSince(first, last);
    expect(names(people)).toEqual(['bob', 'cy', 'eve', 'merge-bot']);
    expect(people).toMatchObject({ isComplete: true, people: expect.arrayContaining([{ email: 'cy@example.com', commit: second }]) });
    expect(names(await peopleSince(first, last, 'other/b.yaml'))).toEqual(['dan']);
    expect(names(await peopleSince(first, last, ''))).toEqual(['bob', 'cy', 'dan', 'eve', 'merge-bot']);
  });

  it('are not all where a commit says so, or names more than are read', async () => {
    const first = await git.commit({ 'app/a.yaml': '1' }, 'first', { author: person('ann') });
    const coAuthors = (emails: readonly string[]): string => emails.map((email) => `Co-authored-by: ${email} <${email}>`).join('\n');
    const said = await git.commit({ 'app/a.yaml': '2' }, `promoted\n\n${coAuthors(['cy@example.com', FURTHER_AUTHORS])}`, { author: person('hub') });
    expect(await peopleSince(first, said)).toEqual({ isComplete: false, people: [{ email: 'hub@example.com', commit: said }, { email: 'cy@example.com', commit: said }] });
    const many = await git.commit({ 'app/a.yaml': '3' }, `squashed\n\n${coAuthors(Array.from({ length: 65 }, (_, n) => `p${n}@example.com`))}`, { author: person('bot') });
    expect(await peopleSince(said, many)).toMatchObject({ isComplete: false });
  });

  it('are those of the commit itself where nothing leads to it, or nothing on the way touches what is watched', async () => {
    const first = await git.commit({ 'app/a.yaml': '1' }, 'first', { author: person('ann') });
    const last = await git.commit({ 'other/b.yaml': '1' }, 'last', { author: person('bob') });
    expect(names(await peopleSince(undefined, last))).toEqual(['bob']);
    expect(names(await peopleSince('c'.repeat(40), last))).toEqual(['bob']);
    expect(names(await peopleSince(first, last))).toEqual(['bob']);
    expect(names(await peopleSince(last, last))).toEqual(['bob']);
  });

  it('are those behind a merge, and who merged only if the merge says something of its own', async () => {
    const base = await git.commit({ 'app/a.yaml': '1', 'app/b.yaml': '1' }, 'base', { author: person('ann') });
    await git.branch('side', base);
    const side = await git.commit({ 'app/b.yaml': '2' }, 'side', { branch: 'side', author: person('bob') });
    await git.commit({ 'other/c.yaml': '1' }, 'elsewhere', { author: person('dan') });
    const merge = await git.commit({ 'app/b.yaml': '2' }, 'merge', { merges: [side], author: person('mia') });
    expect(names(await peopleSince(base, merge))).toEqual(['bob']);
    const evil = await git.commit({ 'app/b.yaml': '3' }, 'merge', { merges: [side], author: person('eve') });
    expect(names(await peopleSince(base, evil))).toEqual(['bob', 'eve']);
  });

  it('are those of another line too, where the branch was rewritten', async () => {
    const base = await git.commit({ 'app/a.yaml': '1' }, 'base', { author: person('ann') });
    const left = await git.commit({ 'app/a.yaml': '2' }, 'left', { author: person('bob') });
    await git.branch('next', base);
    const middle = await git.commit({ 'app/a.yaml': '3' }, 'middle', { branch: 'next', author: person('cy') });
    const right = await git.commit({ 'app/a.yaml': '4' }, 'right', { branch: 'next', author: person('dan') });
    const objects = await adapter.mirror({ url: git.url }, git.name, [{ fullRef: 'refs/heads/main', commit: left }, { fullRef: 'refs/heads/next', commit: right }], never);
    if (!objects.ok) throw new Error(objects.error.message);
    expect(names(await peopleOfCommits(objects.value, right, left, ['app'], never))).toEqual(['cy', 'dan']);
    expect(middle).not.toBe(right);
  });
});
