import { err, ok } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commitsBetween } from './commits-between.js';
import { gitFailure } from './git-failure.js';
import type { GitObjects } from './git-objects.js';
import type { CommitMeta } from './parse-commit-object.js';

const NOBODY = { name: '', email: '' };

/** A history in memory: each commit with the numbers of its parents, a minute after the one before. */
function historyOf(parents: readonly (readonly number[])[]): { readonly objects: Pick<GitObjects, 'commit'>; readonly read: () => number } {
  let reads = 0;
  const commits = new Map(parents.map((list, n): [string, CommitMeta] => [`c${n}`, { id: `c${n}`, treeId: '', parents: list.map((one) => `c${one}`), author: NOBODY, committer: NOBODY, coAuthors: [], committedAt: new Date(n * 60_000), subject: '' }]));
  return {
    read: () => reads,
    objects: {
      commit: (id) => {
        reads += 1;
        const found = commits.get(id);
        return Promise.resolve(found === undefined ? err(gitFailure('COMMIT_UNREACHABLE', '', id)) : ok(found));
      },
    },
  };
}

function reach(parents: readonly (readonly number[])[], from: number): ReadonlySet<number> {
  const found = new Set<number>();
  const visit = (n: number): void => {
    if (found.has(n)) return;
    found.add(n);
    for (const parent of parents[n] ?? []) visit(parent);
  };
  visit(from);
  return found;
}

describe('commitsBetween', () => {
  it('is what the one point has in its history and the other has not, in any history', async () => {
    const history = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 30 }).map((lists) => lists.map((list, n) => (n === 0 ? [] : [...new Set(list.map((one) => one % n))])));
    await fc.assert(fc.asyncProperty(history, fc.nat(29), fc.nat(29), async (parents, a, b) => {
      const [since, head] = [a % parents.length, b % parents.length];
      const old = reach(parents, since);
      const expected = [...reach(parents, head)].filter((n) => !old.has(n)).toSorted((x, y) => y - x).map((n) => `c${n}`);
      const range = await commitsBetween(historyOf(parents).objects, `c${since}`, `c${head}`, 1_000);
      expect(range.ok && { ids: range.value.commits.map(({ id }) => id), isWhole: range.value.isWhole }).toEqual({ ids: expected, isWhole: true });
    }), { numRuns: 300 });
  });

  it('reads no more of a long history than it must, and says where it stopped', async () => {
    const line = Array.from({ length: 5_000 }, (_, n) => (n === 0 ? [] : [n - 1]));
    const near = historyOf(line);
    await commitsBetween(near.objects, 'c4990', 'c4999', 100);
    expect(near.read()).toBeLessThan(15);
    const far = historyOf(line);
    const range = await commitsBetween(far.objects, 'c10', 'c4999', 100);
    expect(range).toMatchObject({ ok: true, value: { isWhole: false } });
    expect(far.read()).toBeLessThan(110);
  });

  it('says that a point is not there', async () => {
    expect(await commitsBetween(historyOf([[]]).objects, 'gone', 'c0', 10)).toMatchObject({ ok: false, error: { code: 'COMMIT_UNREACHABLE' } });
  });
});
