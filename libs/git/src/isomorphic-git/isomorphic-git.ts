import { err, errorCode, errorMessage, ok, silentLog, type Log, type Result } from '#kernel';
import { listServerRefs } from 'isomorphic-git';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { abortFailure, assertPlain, contactOf, queueFailure, type Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import { commitReadFailure, gitObjects, type GitObjects } from '../git-objects.js';
import type { GitPort, GitRemote, ResolvedRef } from '../git-port.js';
import { KeyedQueue } from '../keyed-queue.js';
import type { ObjectStore } from '../object-store.js';
import { refCandidates, resolveRefs } from '../resolve-refs.js';
import { gitHttp, GitHttpFault, NoRefs } from './git-http.js';
import { JsRepository } from './js-repository.js';

export interface IsomorphicGitOptions {
  /** Made if missing; belongs to this adapter of this process alone. */
  readonly cacheDirectory: string;
  readonly log?: Log;
  /** @default 30000 */
  readonly lookUpTimeoutMs?: number;
  /** How long a server may say nothing in the middle of a conversation. @default 10000 */
  readonly silenceMs?: number;
  /** @default 300000 */
  readonly fetchTimeoutMs?: number;
  /** Largest answer that is taken, all of it in memory. @default 268435456 */
  readonly maxResponseBytes?: number;
  /** Largest object, and largest batch of objects, that is read. @default 67108864 */
  readonly maxObjectBytes?: number;
}

type Work = (contact: Contact, repository: JsRepository, signal: AbortSignal) => Promise<Result<void, GitFailure>>;

const WAITING_FETCHES = 256;
const KEPT_BY_MIRROR = 1000;
const KEPT_SINGLY = 16;

/** The port in plain JavaScript, for where there is no git binary: HTTP(S) only, whole packs in memory, so for smaller repositories. */
export class IsomorphicGit implements GitPort {
  /** It fetches by protocol version 0: a commit that no ref points at comes only if the server's configuration allows it. */
  readonly capabilities = { ssh: false, fetchUnadvertised: false, partialClone: false };
  private readonly settings: Required<IsomorphicGitOptions>;
  private readonly repositories = new Map<string, JsRepository>();
  private readonly fetches = new KeyedQueue(WAITING_FETCHES);

  constructor(options: IsomorphicGitOptions) {
    this.settings = { log: silentLog, lookUpTimeoutMs: 30_000, silenceMs: 10_000, fetchTimeoutMs: 300_000, maxResponseBytes: 256 * 1024 * 1024, maxObjectBytes: 64 * 1024 * 1024, ...options };
  }

  async lookUp(remote: GitRemote, refs: readonly string[], signal: AbortSignal): Promise<Result<ReadonlyMap<string, ResolvedRef | undefined>, GitFailure>> {
    const contact = contactOf(remote);
    if (!contact.ok) return contact;
    if (contact.value.ssh !== undefined) return err(noSsh(contact.value));
    if (refs.flatMap(refCandidates).length === 0) return ok(resolveRefs(refs, new Map()));
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.settings.lookUpTimeoutMs)]);
    if (deadline.aborted) return err(abortFailure(contact.value, deadline));
    try {
      const http = gitHttp(contact.value, this.settings, deadline);
      const listed = await listServerRefs({ http, url: contact.value.url, protocolVersion: 2, peelTags: true });
      return ok(resolveRefs(refs, new Map(listed.map(({ ref, oid, peeled }) => [ref, peeled ?? oid]))));
    } catch (error) {
      if (error instanceof NoRefs) return ok(resolveRefs(refs, new Map()));
      return err(protocolFailure(contact.value, error));
    }
  }

  async mirror(remote: GitRemote, cacheKey: string, wanted: readonly ResolvedRef[], signal: AbortSignal): Promise<Result<GitObjects, GitFailure>> {
    for (const { commit } of wanted) assertPlain('commit', commit);
    return this.withRepository(remote, cacheKey, 'mirror', signal, async (contact, repository, deadline) => {
      for (const { commit, fullRef } of wanted) {
        if (repository.isHere(commit)) continue;
        const steps = [fullRef, commit].map((what) => () => this.fetch(contact, repository, what, fullRef, undefined, deadline));
        const found = await this.fetchUntil(contact, repository, commit, steps);
        if (!found.ok) return found;
      }
      return ok(undefined);
    });
  }

  async fetchCommit(remote: GitRemote, cacheKey: string, wanted: { readonly commit: string; readonly ref: string }, signal: AbortSignal): Promise<Result<GitObjects, GitFailure>> {
    const { commit, ref } = wanted;
    assertPlain('commit', commit);
    return this.withRepository(remote, cacheKey, 'commit', signal, async (contact, repository, deadline) => {
      if (repository.isHere(commit)) return ok(undefined);
      const byRef = async (): Promise<Result<void, GitFailure>> => {
        const resolved = await this.lookUp(remote, [ref], deadline);
        if (!resolved.ok) return resolved;
        const fullRef = resolved.value.get(ref)?.fullRef;
        return fullRef === undefined ? err(unreachable(contact, commit)) : this.fetch(contact, repository, fullRef, ref, undefined, deadline);
      };
      const byId = (): Promise<Result<void, GitFailure>> => this.fetch(contact, repository, commit, ref, 1, deadline);
      // A depth sends everything again, so it is for the first time; later the ref's own progress is the small thing to fetch.
      return this.fetchUntil(contact, repository, commit, (await repository.hasFetched(ref)) ? [byRef, byId] : [byId, byRef]);
    });
  }

  async forget(cacheKey: string): Promise<void> {
    assertPlain('cache key', cacheKey);
    for (const kind of ['mirror', 'commit'] as const) {
      const name = `${cacheKey}.${kind}.js.git`;
      await this.fetches.run(name, undefined, () => this.repository(name, kind).wipe());
      this.repositories.delete(name);
    }
  }

  async close(): Promise<void> {
    this.repositories.clear();
  }

  /** Tries one way after another until the commit is here. That one way does not give it is no failure while there is another. */
  private async fetchUntil(contact: Contact, repository: JsRepository, commit: string, steps: readonly (() => Promise<Result<void, GitFailure>>)[]): Promise<Result<void, GitFailure>> {
    for (const step of steps) {
      const fetched = await step();
      if (!fetched.ok && fetched.error.code !== 'COMMIT_UNREACHABLE') return fetched;
      const read = await repository.read([commit]);
      if (read.ok) {
        await repository.keep(commit);
        return ok(undefined);
      }
      if (read.error.code !== 'OBJECT_MISSING') return err(commitReadFailure(contact.url, read.error));
    }
    return err(unreachable(contact, commit));
  }

  private async fetch(contact: Contact, repository: JsRepository, wanted: string, line: string, depth: number | undefined, signal: AbortSignal): Promise<Result<void, GitFailure>> {
    try {
      await repository.fetch(gitHttp(contact, this.settings, signal), contact.url, wanted, line, depth);
      return ok(undefined);
    } catch (error) {
      return err(protocolFailure(contact, error));
    }
  }

  private async withRepository(remote: GitRemote, cacheKey: string, kind: 'mirror' | 'commit', signal: AbortSignal, work: Work): Promise<Result<GitObjects, GitFailure>> {
    assertPlain('cache key', cacheKey);
    const parsed = contactOf(remote);
    if (!parsed.ok) return parsed;
    const contact = parsed.value;
    if (contact.ssh !== undefined) return err(noSsh(contact));
    const name = `${cacheKey}.${kind}.js.git`;
    const repository = this.repository(name, kind);
    const attempt = async (): Promise<Result<void, GitFailure>> => {
      try {
        await mkdir(this.settings.cacheDirectory, { recursive: true, mode: 0o700 });
        await repository.open(contact.url);
        return await work(contact, repository, AbortSignal.any([signal, AbortSignal.timeout(this.settings.fetchTimeoutMs)]));
      } catch (error) {
        return err(contact.failure('GIT_CACHE_UNUSABLE', `the local copy cannot be used: ${errorMessage(error)}`));
      }
    };
    const done = await this.fetches.run(name, signal, async () => {
      const first = await attempt();
      if (first.ok || first.error.code !== 'GIT_CACHE_UNUSABLE') return first;
      this.settings.log.warn('the local copy of a repository is damaged and made anew', { url: contact.url, message: first.error.message });
      await repository.wipe();
      return attempt();
    });
    if (!done.ok) return err(queueFailure(contact, done.error, signal));
    return done.value.ok ? ok(this.objects(contact, repository)) : err(done.value.error);
  }

  private objects(contact: Contact, repository: JsRepository): GitObjects {
    const store: ObjectStore = {
      async read(kind, ids, signal) {
        if (signal?.aborted) return err({ code: 'OBJECTS_UNAVAILABLE', cause: 'reading objects was given up' });
        const read = await repository.read(ids);
        const isHole = !read.ok && read.error.code === 'OBJECT_MISSING' && (kind !== 'commit' || repository.isHere(read.error.id));
        return isHole ? repository.damaged('an object is missing from the local copy') : read;
      },
    };
    return gitObjects(contact.url, store, async (ancestor, descendant, signal) => {
      assertPlain('commit', ancestor);
      assertPlain('commit', descendant);
      const here = await store.read('commit', [descendant], signal);
      if (!here.ok) return err(commitReadFailure(contact.url, here.error));
      const before = await store.read('commit', [ancestor], signal);
      if (!before.ok && before.error.code !== 'OBJECT_MISSING') return err(commitReadFailure(contact.url, before.error));
      try {
        // Asked even where the ancestor is missing: only a history that is whole to its beginning can say so.
        const isFound = await repository.isAncestor(ancestor, descendant);
        return before.ok ? ok(isFound) : err(commitReadFailure(contact.url, before.error));
      } catch (error) {
        repository.distrust();
        return err(contact.failure('GIT_CACHE_UNUSABLE', `the history is not whole: ${errorMessage(error)}`));
      }
    });
  }

  private repository(name: string, kind: 'mirror' | 'commit'): JsRepository {
    const known = this.repositories.get(name) ?? new JsRepository(join(this.settings.cacheDirectory, name), kind === 'mirror' ? KEPT_BY_MIRROR : KEPT_SINGLY, this.settings.maxObjectBytes);
    this.repositories.set(name, known);
    return known;
  }
}

function noSsh(contact: Contact): GitFailure {
  return contact.failure('GIT_CACHE_UNUSABLE', 'the Git in JavaScript does not speak SSH: install git 2.37 or later and the OpenSSH client, or give the https URL of the repository');
}

function unreachable(contact: Contact, commit: string): GitFailure {
  return contact.failure('COMMIT_UNREACHABLE', `the server does not give commit ${commit}`);
}

/** What isomorphic-git throws: our own HTTP faults, a ref that is gone, or trouble with what the server sent. */
function protocolFailure(contact: Contact, error: unknown): GitFailure {
  if (error instanceof GitHttpFault) return error.failure;
  if (error instanceof NoRefs) return contact.failure('COMMIT_UNREACHABLE', 'the repository is empty');
  const code = errorCode(error) ?? '';
  if (code === 'NotFoundError') return contact.failure('COMMIT_UNREACHABLE', 'the ref is gone');
  if (/^E[A-Z]+$/.test(code)) return contact.failure('GIT_CACHE_UNUSABLE', `the local copy cannot be written: ${code}`);
  return contact.failure('GIT_PROTOCOL_ERROR', `the answer could not be read: ${errorMessage(error)}`);
}
