import { err, ok, type Result } from '#kernel';
import { contactOf } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import type { GitObjects } from '../git-objects.js';
import { objectSourceTree } from '../object-source-tree.js';
import type { GitPort, GitRemote } from '../git-port.js';
import type { SourceTree } from '#domain';
import { commitObject, hasTrailer, type GitIdentity, type Trailer } from './commit-object.js';
import { encodePack } from './encode-pack.js';
import type { PushPack } from './git-push.js';
import { pushOverHttp } from './push-over-http.js';
import { pushOverSsh } from './push-over-ssh.js';
import { redact } from '../redact.js';
import { objectId } from './raw-tree.js';
import { editTree, type PathEdit, type PathUnwritable } from './tree-draft.js';

/** Why nothing was written, or why it is not known whether it was: asking again tells. */
export type GitWriteFailure =
  | GitFailure
  | PathUnwritable
  /** There is no such branch (any more). */
  | { readonly code: 'BRANCH_MISSING'; readonly branch: string }
  /** Somebody was faster, every time. */
  | { readonly code: 'BRANCH_BUSY'; readonly branch: string; readonly attempts: number }
  /** A branch of the name is there and holds something else. */
  | { readonly code: 'BRANCH_TAKEN'; readonly branch: string }
  /** The server said no: a protected branch, a hook, a right that is missing. */
  | { readonly code: 'PUSH_REFUSED'; readonly branch: string; readonly message: string }
  /** The caller no longer wanted it when it was ready: nothing was sent. */
  | { readonly code: 'NOT_WANTED' };

/** What a commit is to change, seen from the branch as it is now. A failure of the caller's own ends the write. */
export type PlanEdits<E> = (objects: GitObjects, head: string, signal: AbortSignal) => Promise<Result<readonly PathEdit[], E>>;

export interface WriteRequest<E> {
  /** Name of the branch that the commit is built upon, without `refs/heads/`. */
  readonly branch: string;
  /** Name of a new branch that is to hold the commit; undefined: the branch itself moves. */
  readonly newBranch: string | undefined;
  /** Further commits that `plan` reads, with the ref that they were last seen at. */
  readonly needs: readonly { readonly commit: string; readonly fullRef: string }[];
  readonly plan: PlanEdits<E>;
  /** The last look before anything is sent: at the tree that the commit would have. */
  readonly check: (tree: SourceTree, signal: AbortSignal) => Promise<Result<void, E>>;
  /** Asked right before each push, however long the building took; false ends the write. */
  readonly isWanted: () => Promise<boolean>;
  readonly by: GitIdentity;
  readonly at: Date;
  readonly message: string;
  /** By the first of them the commit is found again: give each write a value of its own. */
  readonly trailers: readonly [Trailer, ...Trailer[]];
}

export type Written =
  /** `said`: what the server printed, without credentials. */
  | { readonly kind: 'PUSHED'; readonly commit: string; readonly said: string }
  /** An earlier attempt wrote it. */
  | { readonly kind: 'FOUND'; readonly commit: string }
  /** The branch holds all of it already. */
  | { readonly kind: 'UNCHANGED'; readonly head: string };

export interface GitWriterOptions {
  /** For the configuration of `ssh` while it runs. */
  readonly cacheDirectory: string;
  /** @default /usr/local/bin:/usr/bin:/bin */
  readonly path?: string;
  /** @default 10000 */
  readonly silenceMs?: number;
  /** @default 120000 */
  readonly pushTimeoutMs?: number;
}

/** Rounds against somebody who keeps pushing; who asks again later has as many again. */
const ROUNDS = 5;
/** How far back an earlier attempt's commit is looked for. */
const SEARCHED_COMMITS = 1_000;

/**
 * Writes commits on top of remote branches, over objects alone: reads come from the port's bare copy, new trees and the commit are made in memory and sent as a
 * pack. Never forces: the server moves the branch from the head that the commit was built upon, or not at all, and then all is planned again from the new head.
 * Safe to repeat: a commit with the trailer is found, not written twice.
 */
export class GitWriter {
  private readonly pushHttp: PushPack;
  private readonly pushSsh: PushPack;
  private readonly timeoutMs: number;

  constructor(
    private readonly git: Pick<GitPort, 'lookUp' | 'mirror'>,
    { cacheDirectory, path = '/usr/local/bin:/usr/bin:/bin', silenceMs = 10_000, pushTimeoutMs = 120_000 }: GitWriterOptions,
  ) {
    this.timeoutMs = pushTimeoutMs;
    this.pushHttp = pushOverHttp(silenceMs);
    this.pushSsh = pushOverSsh({ cacheDirectory, path, timeoutMs: pushTimeoutMs });
  }

  async write<E>(remote: GitRemote, cacheKey: string, request: WriteRequest<E>, signal: AbortSignal): Promise<Result<Written, GitWriteFailure | E>> {
    for (let round = 0; round < ROUNDS; round++) {
      const written = await this.tryOnce(remote, cacheKey, request, signal);
      if (!written.ok) return written;
      if (written.value !== 'MOVED') return ok(written.value);
    }
    return err({ code: 'BRANCH_BUSY', branch: request.branch, attempts: ROUNDS });
  }

  private async tryOnce<E>(remote: GitRemote, cacheKey: string, request: WriteRequest<E>, signal: AbortSignal): Promise<Result<Written | 'MOVED', GitWriteFailure | E>> {
    const base = fullRefOf(request.branch);
    const target = request.newBranch === undefined ? base : fullRefOf(request.newBranch);
    const looked = await this.git.lookUp(remote, [base, target], signal);
    if (!looked.ok) return looked;
    const head = looked.value.get(base)?.commit;
    if (head === undefined) return err({ code: 'BRANCH_MISSING', branch: request.branch });
    const there = target === base ? undefined : looked.value.get(target)?.commit;
    const heads = [{ commit: head, fullRef: base }, ...(there === undefined ? [] : [{ commit: there, fullRef: target }])];
    const mirrored = await this.git.mirror(remote, cacheKey, [...heads, ...request.needs], signal);
    if (!mirrored.ok) return mirrored;
    const objects = mirrored.value;
    for (const { commit } of heads) {
      const found = await findByTrailer(objects, commit, request.trailers[0], signal);
      if (!found.ok) return found;
      if (found.value !== undefined) return ok({ kind: 'FOUND', commit: found.value });
    }
    if (there !== undefined && request.newBranch !== undefined) return err({ code: 'BRANCH_TAKEN', branch: request.newBranch });
    return this.build(remote, objects, { head, target, from: target === base ? head : undefined }, request, signal);
  }

  private async build<E>(
    remote: GitRemote, objects: GitObjects, { head, target, from }: { readonly head: string; readonly target: string; readonly from: string | undefined }, request: WriteRequest<E>, signal: AbortSignal,
  ): Promise<Result<Written | 'MOVED', GitWriteFailure | E>> {
    const edits = await request.plan(objects, head, signal);
    if (!edits.ok) return edits;
    const meta = await objects.commit(head, signal);
    if (!meta.ok) return meta;
    const edited = await editTree(objects, meta.value.treeId, edits.value, signal);
    if (!edited.ok) return edited;
    const { rootId, trees } = edited.value;
    if (rootId === meta.value.treeId) return ok({ kind: 'UNCHANGED', head });
    const commit = commitObject({ treeId: rootId, parent: head, by: request.by, at: request.at, message: request.message, trailers: request.trailers });
    const id = objectId('commit', commit);
    const checked = await request.check(treeOf(id, rootId, trees, objects), signal);
    if (!checked.ok) return checked;
    const pack = encodePack([{ type: 'commit', bytes: commit }, ...[...trees.values()].map((bytes) => ({ type: 'tree' as const, bytes }))]);
    const contact = contactOf(remote);
    if (!contact.ok) return contact;
    if (!(await request.isWanted())) return err({ code: 'NOT_WANTED' });
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.timeoutMs)]);
    const pushed = await (contact.value.ssh === undefined ? this.pushHttp : this.pushSsh)(contact.value, { fullRef: target, from, to: id }, pack, deadline);
    if (!pushed.ok) return pushed;
    if (pushed.value.kind === 'DONE') return ok({ kind: 'PUSHED', commit: id, said: redact(pushed.value.said, remote.credentials) });
    if (pushed.value.kind === 'MOVED') return ok('MOVED');
    const { message } = pushed.value;
    // A server says in words of its own that somebody was faster: where the branch is now says it for certain.
    const now = await this.git.lookUp(remote, [target], signal);
    if (!now.ok) return now;
    if (now.value.get(target)?.commit !== from) return ok('MOVED');
    return err({ code: 'PUSH_REFUSED', branch: request.newBranch ?? request.branch, message: contact.value.failure('GIT_PROTOCOL_ERROR', message).message });
  }
}

/** A commit of the branch's history that carries the trailer, newest first; undefined: none among the last thousand. */
async function findByTrailer(objects: GitObjects, head: string, trailer: Trailer, signal: AbortSignal): Promise<Result<string | undefined, GitFailure>> {
  const seen = new Set([head]);
  for (let wave: readonly string[] = [head]; wave.length > 0 && seen.size <= SEARCHED_COMMITS; ) {
    const read = await objects.raw('commit', wave, signal);
    if (!read.ok) return read;
    const next: string[] = [];
    for (const [index, { bytes }] of read.value.entries()) {
      if (hasTrailer(bytes, trailer)) return ok(wave[index]);
      for (const parent of parentsOf(bytes)) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        next.push(parent);
      }
    }
    wave = next;
  }
  return ok(undefined);
}

function parentsOf(bytes: Buffer): readonly string[] {
  const head = bytes.toString('latin1').split('\n\n', 1)[0] ?? '';
  return [...head.matchAll(/^parent ([0-9a-f]{40})$/gm)].flatMap((match) => match[1] ?? []);
}

/** The tree that a commit would have: new directories from memory, all else from the copy. */
function treeOf(commit: string, rootId: string, trees: ReadonlyMap<string, Buffer>, objects: GitObjects): SourceTree {
  return objectSourceTree(commit, rootId, {
    async read(kind, ids, signal) {
      const stored = ids.filter((id) => !trees.has(id));
      const read = stored.length === 0 ? ok([]) : await objects.raw(kind, stored, signal);
      if (!read.ok) return err({ code: 'OBJECTS_UNAVAILABLE', cause: read.error.message });
      const byId = new Map(stored.map((id, index) => [id, read.value[index]]));
      return ok(ids.flatMap((id) => {
        const bytes = trees.get(id);
        return bytes === undefined ? (byId.get(id) ?? []) : { type: 'tree', bytes };
      }));
    },
  });
}

function fullRefOf(branch: string): string {
  return `refs/heads/${branch}`;
}
