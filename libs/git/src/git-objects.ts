import { err, ok, type Result } from '#kernel';
import type { SourceTree } from '#domain';
import { gitFailure, type GitFailure } from './git-failure.js';
import { objectSourceTree } from './object-source-tree.js';
import type { ObjectStore } from './object-store.js';
import { parseCommitObject, type CommitMeta } from './parse-commit-object.js';

/** The objects of one repository as they were fetched, read by id. */
export interface GitObjects {
  /** COMMIT_UNREACHABLE if it is not among the fetched objects. */
  commit(id: string, signal?: AbortSignal): Promise<Result<CommitMeta, GitFailure>>;
  /** Whether `descendant` is `ancestor` or comes after it. Answered over full history only (`mirror`); COMMIT_UNREACHABLE if either is not here. */
  isAncestor(ancestor: string, descendant: string, signal?: AbortSignal): Promise<Result<boolean, GitFailure>>;
  tree(commit: string, signal?: AbortSignal): Promise<Result<SourceTree, GitFailure>>;
}

/** Commits and trees over an adapter's raw objects: both adapters read through this, so that they judge content alike. */
export function gitObjects(url: string, store: ObjectStore, isAncestor: GitObjects['isAncestor']): GitObjects {
  async function commit(id: string, signal?: AbortSignal): Promise<Result<CommitMeta, GitFailure>> {
    const read = await store.read([id], signal);
    if (!read.ok) {
      if (read.error.code === 'OBJECT_MISSING') return err(gitFailure('COMMIT_UNREACHABLE', url, `commit ${id} is not here`));
      return err(gitFailure('GIT_CACHE_UNUSABLE', url, read.error.code === 'OBJECT_TOO_LARGE' ? `commit ${id} is too large` : read.error.cause));
    }
    const object = read.value[0];
    const meta = object?.type === 'commit' ? parseCommitObject(id, object.bytes) : undefined;
    return meta === undefined ? err(gitFailure('GIT_PROTOCOL_ERROR', url, `${id} is not a well-formed commit`)) : ok(meta);
  }
  return {
    commit,
    isAncestor,
    async tree(id, signal) {
      const meta = await commit(id, signal);
      return meta.ok ? ok(objectSourceTree(id, meta.value.treeId, store)) : meta;
    },
  };
}
