import { err, ok, type Result } from '#kernel';
import type { GitFailure } from './git-failure.js';
import type { GitObjects } from './git-objects.js';
import type { CommitMeta } from './parse-commit-object.js';

/** Commits that one point of a history has and an earlier one has not. */
export interface CommitRange {
  /** Newest first, by the time of the commit. */
  readonly commits: readonly CommitMeta[];
  /** false: there are more than were asked for. */
  readonly isWhole: boolean;
}

interface Seen {
  readonly meta: CommitMeta;
  isOld: boolean;
}

/**
 * Reads the commits that `head` brings beyond `since`: all that it has in its history and `since` has not, also where `since` is none of its ancestors. Walks by
 * time, as Git does: where clocks of committers went wrong by much, a commit that `since` has too may be named. Over full history only (`mirror`);
 * COMMIT_UNREACHABLE where one of the two is not here.
 *
 * @param most how many commits are read, those of `since` included
 */
export async function commitsBetween(objects: Pick<GitObjects, 'commit'>, since: string, head: string, most: number, signal?: AbortSignal): Promise<Result<CommitRange, GitFailure>> {
  const seen = new Map<string, Seen>();
  const queue: Seen[] = [];
  const visit = async (id: string, isOld: boolean): Promise<GitFailure | undefined> => {
    const known = seen.get(id);
    if (known !== undefined) {
      // What was taken for new, and has been passed on to its parents as such: they are looked at again.
      if (isOld && !known.isOld) {
        known.isOld = true;
        if (!queue.includes(known)) insert(queue, known);
      }
      return undefined;
    }
    const meta = await objects.commit(id, signal);
    if (!meta.ok) return meta.error;
    const entry: Seen = { meta: meta.value, isOld };
    seen.set(id, entry);
    insert(queue, entry);
    return undefined;
  };
  const failed = (await visit(since, true)) ?? (await visit(head, false));
  if (failed !== undefined) return err(failed);
  while (queue.some((one) => !one.isOld)) {
    if (seen.size > most) return ok({ commits: newOf(seen), isWhole: false });
    const next = queue.shift();
    for (const parent of next?.meta.parents ?? []) {
      const failure = await visit(parent, next?.isOld ?? false);
      if (failure !== undefined) return err(failure);
    }
  }
  return ok({ commits: newOf(seen), isWhole: true });
}

function newOf(seen: ReadonlyMap<string, Seen>): readonly CommitMeta[] {
  return [...seen.values()].filter((one) => !one.isOld).map((one) => one.meta).toSorted((a, b) => b.committedAt.getTime() - a.committedAt.getTime());
}

/** Newest first; of the same time in the order in which they came. */
function insert(queue: Seen[], entry: Seen): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = queue[middle];
    if (other !== undefined && other.meta.committedAt >= entry.meta.committedAt) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, entry);
}
