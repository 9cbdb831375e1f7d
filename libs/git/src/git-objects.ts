import { err, ok, type Result } from '#kernel';
import type { SourceTree } from '#domain';
import { gitFailure, type GitFailure } from './git-failure.js';
import { objectSourceTree } from './object-source-tree.js';
import type { ObjectKind, ObjectReadFailure, ObjectStore, RawObject } from './object-store.js';
import { parseCommitObject, type CommitMeta } from './parse-commit-object.js';

/** The objects of one repository as they were fetched, read by id. */
export interface GitObjects {
  /** COMMIT_UNREACHABLE if it is not among the fetched objects. */
  commit(id: string, signal?: AbortSignal): Promise<Result<CommitMeta, GitFailure>>;
  /** Whether `descendant` is `ancestor` or comes after it. Answered over full history only (`mirror`); COMMIT_UNREACHABLE if either is not here. */
  isAncestor(ancestor: string, descendant: string, signal?: AbortSignal): Promise<Result<boolean, GitFailure>>;
  tree(commit: string, signal?: AbortSignal): Promise<Result<SourceTree, GitFailure>>;
  /** Objects as their bytes are, in the order asked: for what is built upon them. The first failure wins. */
  raw(kind: ObjectKind, ids: readonly string[], signal?: AbortSignal): Promise<Result<readonly RawObject[], GitFailure>>;
}

/** How an object that could not be read shows at the port. */
export function commitReadFailure(url: string, failure: ObjectReadFailure): GitFailure {
  switch (failure.code) {
    case 'OBJECT_MISSING':
      return gitFailure('COMMIT_UNREACHABLE', url, `object ${failure.id} is not here`);
    case 'OBJECT_TOO_LARGE':
      return gitFailure('GIT_PROTOCOL_ERROR', url, `object ${failure.id} is larger than ${failure.maxBytes} bytes`);
    case 'OBJECTS_UNAVAILABLE':
    case 'OBJECTS_DAMAGED':
      return gitFailure('GIT_CACHE_UNUSABLE', url, failure.cause);
  }
}

/** Commits and trees over an adapter's raw objects: both adapters read through this, so that they judge content alike. */
export function gitObjects(url: string, store: ObjectStore, isAncestor: GitObjects['isAncestor']): GitObjects {
  async function commit(id: string, signal?: AbortSignal): Promise<Result<CommitMeta, GitFailure>> {
    const read = await store.read('commit', [id], signal);
    if (!read.ok) return err(commitReadFailure(url, read.error));
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
    async raw(kind, ids, signal) {
      const read = await store.read(kind, ids, signal);
      return read.ok ? read : err(commitReadFailure(url, read.error));
    },
  };
}
