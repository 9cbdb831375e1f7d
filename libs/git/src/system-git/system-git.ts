import { err, ok, silentLog, type Log, type Result, type Timers } from '#kernel';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assertPlain, contactOf, queueFailure, type Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import { commitReadFailure, gitObjects, type GitObjects } from '../git-objects.js';
import type { GitPort, GitRemote, ResolvedRef } from '../git-port.js';
import { KeyedQueue } from '../keyed-queue.js';
import type { ObjectKind, ObjectStore, RawObject } from '../object-store.js';
import { refCandidates, resolveRefs } from '../resolve-refs.js';
import { CachedRepository, keptRef, type CachedRepositorySettings } from './cached-repository.js';
import { REMOTE, remoteConfiguration } from './git-environment.js';
import { listRefsOverHttp } from './list-refs-over-http.js';
import { runGit, type GitCommand, type GitRunFailure } from './run-git.js';

export interface SystemGitOptions {
  /** Made if missing; belongs to this adapter of this process alone. */
  readonly cacheDirectory: string;
  readonly timers: Timers;
  readonly log?: Log;
  /** @default git */
  readonly gitBinary?: string;
  /** Where git is looked for. @default /usr/local/bin:/usr/bin:/bin */
  readonly path?: string;
  /** @default 30000 */
  readonly lookUpTimeoutMs?: number;
  /** How long a server may say nothing in the middle of a conversation; counted in whole seconds. @default 10000 */
  readonly silenceMs?: number;
  /** For one fetch. @default 300000 */
  readonly fetchTimeoutMs?: number;
  /** @default 60000 */
  readonly readTimeoutMs?: number;
  /** Largest object, and largest batch of objects, that is read. @default 67108864 */
  readonly maxObjectBytes?: number;
}

type Prepared = Omit<GitCommand, 'args' | 'stdin'> & { readonly signal: AbortSignal };

const WAITING_FETCHES = 256;
const WAITING_READS = 10_000;
const KEPT_BY_MIRROR = 1000;
const KEPT_SINGLY = 16;
/** Above this many refs the whole list is asked for instead of naming each. */
const NAMED_REFS = 200;
/** How deep the history of the ref is searched when the server gives no commit by id; the last one means all of it. */
const SEARCH_DEPTHS = [100, 2_147_483_647];

/** The port over the `git` binary: bare copies without file contents for `mirror`, single commits for `fetchCommit`. */
export class SystemGit implements GitPort {
  readonly capabilities = { ssh: true, fetchUnadvertised: true, partialClone: true };
  private readonly settings: CachedRepositorySettings & { readonly lookUpTimeoutMs: number; readonly fetchTimeoutMs: number };
  private readonly repositories = new Map<string, CachedRepository>();
  private readonly fetches = new KeyedQueue(WAITING_FETCHES);
  private readonly reads = new KeyedQueue(WAITING_READS);

  constructor(options: SystemGitOptions) {
    this.settings = {
      cacheDirectory: options.cacheDirectory, timers: options.timers, log: options.log ?? silentLog,
      gitBinary: options.gitBinary ?? 'git', path: options.path ?? '/usr/local/bin:/usr/bin:/bin',
      lookUpTimeoutMs: options.lookUpTimeoutMs ?? 30_000, silenceMs: options.silenceMs ?? 10_000, fetchTimeoutMs: options.fetchTimeoutMs ?? 300_000, readTimeoutMs: options.readTimeoutMs ?? 60_000,
      maintenanceTimeoutMs: 120_000, maxObjectBytes: options.maxObjectBytes ?? 64 * 1024 * 1024, treeCacheBytes: 8 * 1024 * 1024,
    };
  }

  async lookUp(remote: GitRemote, refs: readonly string[], signal: AbortSignal): Promise<Result<ReadonlyMap<string, ResolvedRef | undefined>, GitFailure>> {
    const contact = contactOf(remote);
    if (!contact.ok) return contact;
    const names = [...new Set(refs.flatMap(refCandidates))];
    if (names.length === 0) return ok(resolveRefs(refs, new Map()));
    if (contact.value.ssh === undefined) {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.settings.lookUpTimeoutMs)]);
      const refsThere = await listRefsOverHttp(contact.value, names.length > NAMED_REFS ? [] : names, this.settings.silenceMs, deadline);
      return refsThere.ok ? ok(resolveRefs(refs, refsThere.value)) : refsThere;
    }
    const patterns = names.length > NAMED_REFS ? [] : names.flatMap((name) => [name, `${name}^{}`]);
    const command = { ...(await this.prepare(contact.value, this.settings.lookUpTimeoutMs, signal)), args: ['ls-remote', '--quiet', '--end-of-options', REMOTE, ...patterns] };
    const listed = await runGit(this.settings, contact.value, command);
    if (!listed.ok) return err(final(contact.value, listed.error));
    const commits = new Map<string, string>();
    const peeled = new Map<string, string>();
    for (const line of listed.value.stdout.toString('utf8').split('\n')) {
      const [id = '', ref = ''] = line.split('\t');
      if (ref.endsWith('^{}')) peeled.set(ref.slice(0, -3), id);
      else if (ref !== '') commits.set(ref, id);
    }
    return ok(resolveRefs(refs, new Map([...commits, ...peeled])));
  }

  async mirror(remote: GitRemote, cacheKey: string, wanted: readonly ResolvedRef[], signal: AbortSignal): Promise<Result<GitObjects, GitFailure>> {
    for (const { commit } of wanted) assertPlain('commit', commit);
    return this.withRepository(remote, cacheKey, 'mirror', signal, async (contact, repository, command, name) => {
      const missing = [...new Map(wanted.filter(({ commit }) => !repository.isHere(commit)).map((ref) => [ref.commit, ref])).values()];
      if (missing.length === 0) return ok(undefined);
      const atOnce = await repository.fetch(contact, missing.map(({ commit }) => byId(commit)), {}, command);
      if (atOnce.ok) repository.noteKept(missing.map(({ commit }) => commit));
      else if (atOnce.error.code !== 'COMMIT_UNREACHABLE') return atOnce;
      else {
        for (const ref of missing) {
          const one = await this.fetchByIdOrRef(contact, name, repository, ref, command);
          if (!one.ok) return one;
        }
      }
      return ok(undefined);
    });
  }

  async fetchCommit(remote: GitRemote, cacheKey: string, wanted: { readonly commit: string; readonly ref: string }, signal: AbortSignal): Promise<Result<GitObjects, GitFailure>> {
    const { commit, ref } = wanted;
    assertPlain('commit', commit);
    return this.withRepository(remote, cacheKey, 'commit', signal, async (contact, repository, command, name) => {
      if (repository.isHere(commit)) return ok(undefined);
      const byCommit = await repository.fetch(contact, [byId(commit)], { depth: 1 }, command);
      if (byCommit.ok) repository.noteKept([commit]);
      if (byCommit.ok || byCommit.error.code !== 'COMMIT_UNREACHABLE') return byCommit;
      const resolved = await this.lookUp(remote, [ref], signal);
      if (!resolved.ok) return resolved;
      const fullRef = resolved.value.get(ref)?.fullRef;
      if (fullRef === undefined) return err(unreachable(contact, commit));
      for (const depth of SEARCH_DEPTHS) {
        const fetched = await repository.fetch(contact, [byRef(fullRef)], { depth, whole: true }, command); // who gives no commit by id gives no file by id either
        if (!fetched.ok) return fetched;
        const arrived = await this.arrived(contact, name, repository, commit, signal);
        if (!arrived.ok) return arrived;
        if (arrived.value) return repository.keep(contact, [commit], this.settings.readTimeoutMs);
      }
      return err(unreachable(contact, commit));
    });
  }

  async forget(cacheKey: string): Promise<void> {
    assertPlain('cache key', cacheKey);
    for (const kind of ['mirror', 'commit'] as const) {
      const name = `${cacheKey}.${kind}.git`;
      await this.fetches.run(name, undefined, () => this.repository(name, kind).wipe());
      this.repositories.delete(name);
    }
  }

  async close(): Promise<void> {
    for (const repository of this.repositories.values()) repository.close();
    this.repositories.clear();
  }

  private async fetchByIdOrRef(contact: Contact, name: string, repository: CachedRepository, wanted: ResolvedRef, command: Prepared): Promise<Result<void, GitRunFailure>> {
    const { commit, fullRef } = wanted;
    const fetched = await repository.fetch(contact, [byId(commit)], {}, command);
    if (fetched.ok) repository.noteKept([commit]);
    if (fetched.ok || fetched.error.code !== 'COMMIT_UNREACHABLE') return fetched;
    const history = await repository.fetch(contact, [byRef(fullRef)], {}, command);
    if (!history.ok) return history.error.code === 'COMMIT_UNREACHABLE' ? err(unreachable(contact, commit)) : history;
    const arrived = await this.arrived(contact, name, repository, commit, command.signal);
    if (!arrived.ok) return arrived;
    if (!arrived.value) return err(unreachable(contact, commit));
    return repository.keep(contact, [commit], this.settings.readTimeoutMs);
  }

  private async arrived(contact: Contact, name: string, repository: CachedRepository, commit: string, signal: AbortSignal): Promise<Result<boolean, GitFailure>> {
    const read = await this.readHere(contact, name, repository, [commit], signal);
    return read.ok ? ok(read.value.has(commit)) : err(commitReadFailure(contact.url, read.error));
  }

  /** Queues for the directory, opens it, does the work, and once makes a fresh copy if git complains about the old one. */
  private async withRepository(
    remote: GitRemote, cacheKey: string, kind: 'mirror' | 'commit', signal: AbortSignal,
    work: (contact: Contact, repository: CachedRepository, command: Prepared, name: string) => Promise<Result<void, GitRunFailure>>,
  ): Promise<Result<GitObjects, GitFailure>> {
    assertPlain('cache key', cacheKey);
    const contact = contactOf(remote);
    if (!contact.ok) return contact;
    const name = `${cacheKey}.${kind}.git`;
    const repository = this.repository(name, kind);
    const attempt = async (): Promise<Result<void, GitRunFailure>> => {
      const command = await this.prepare(contact.value, this.settings.fetchTimeoutMs, signal);
      const opened = await repository.open(contact.value, command.timeoutMs, signal);
      return opened.ok ? work(contact.value, repository, command, name) : opened;
    };
    const done = await this.fetches.run(name, signal, async () => {
      let result = await attempt();
      if (!result.ok && result.error.code === 'DAMAGED') {
        this.settings.log.warn('the local copy of a repository is damaged and made anew', { url: contact.value.url, message: result.error.message });
        await repository.wipe();
        result = await attempt();
      }
      if (result.ok) await repository.maintain(contact.value, signal);
      return result;
    });
    if (!done.ok) return err(queueFailure(contact.value, done.error, signal));
    if (!done.value.ok) return err(final(contact.value, done.value.error));
    return ok(this.objects(contact.value, name, repository));
  }

  private objects(contact: Contact, name: string, repository: CachedRepository): GitObjects {
    const store: ObjectStore = { read: (kind, ids, signal) => this.readObjects(contact, name, repository, kind, ids, signal) };
    return gitObjects(contact.url, store, async (ancestor, descendant, signal) => {
      assertPlain('commit', ancestor);
      assertPlain('commit', descendant);
      const here = await store.read('commit', [ancestor, descendant], signal);
      if (!here.ok) return err(commitReadFailure(contact.url, here.error));
      const answer = await repository.isAncestor(contact, ancestor, descendant, this.settings.readTimeoutMs, signal);
      return answer.ok ? answer : err(final(contact, answer.error));
    });
  }

  /** What is here; then, for file contents of a partial copy, one fetch for all that is missing. */
  private async readObjects(contact: Contact, name: string, repository: CachedRepository, kind: ObjectKind, ids: readonly string[], signal: AbortSignal | undefined): ReturnType<ObjectStore['read']> {
    const here = await this.readHere(contact, name, repository, ids, signal);
    if (!here.ok) return here;
    const missing = ids.filter((id) => !here.value.has(id));
    if (missing.length === 0) return ok(inOrder(ids, here.value));
    if (kind === 'commit' && !missing.some((id) => repository.isHere(id))) return err({ code: 'OBJECT_MISSING', id: missing[0] ?? '' });
    if (kind === 'blob') {
      const command = await this.prepare(contact, this.settings.fetchTimeoutMs, signal ?? new AbortController().signal);
      const fetched = await this.fetches.run(name, signal, async () => {
        // Whoever was in the queue before us may have brought them.
        const now = await this.readHere(contact, name, repository, missing, signal);
        const still = now.ok ? missing.filter((id) => !now.value.has(id)) : missing;
        return still.length === 0 ? ok(undefined) : repository.fetchMissing(contact, still, command);
      });
      if (!fetched.ok) return err({ code: 'OBJECTS_UNAVAILABLE', cause: queueFailure(contact, fetched.error, signal).message });
      if (!fetched.value.ok) return err({ code: 'OBJECTS_UNAVAILABLE', cause: fetched.value.error.message });
      const again = await this.readHere(contact, name, repository, ids, signal);
      if (!again.ok) return again;
      if (ids.every((id) => again.value.has(id))) return ok(inOrder(ids, again.value));
    }
    repository.distrust();
    return err({ code: 'OBJECTS_DAMAGED', cause: `object ${missing[0] ?? ''} is missing from the local copy` });
  }

  private async readHere(contact: Contact, name: string, repository: CachedRepository, ids: readonly string[], signal: AbortSignal | undefined): ReturnType<CachedRepository['read']> {
    const done = await this.reads.run(name, signal, () => repository.read(ids, signal));
    return done.ok ? done.value : err({ code: 'OBJECTS_UNAVAILABLE', cause: queueFailure(contact, done.error, signal).message });
  }

  private repository(name: string, kind: 'mirror' | 'commit'): CachedRepository {
    const known = this.repositories.get(name) ?? new CachedRepository(join(this.settings.cacheDirectory, name), kind === 'mirror' ? 'always' : 'first', kind === 'mirror' ? KEPT_BY_MIRROR : KEPT_SINGLY, this.settings);
    this.repositories.set(name, known);
    return known;
  }

  /** What a command that talks to the remote needs. The CA file holds nothing secret and is named by its content. */
  private async prepare(contact: Contact, timeoutMs: number, signal: AbortSignal): Promise<Prepared> {
    await mkdir(this.settings.cacheDirectory, { recursive: true, mode: 0o700 });
    if (contact.caPem === undefined) return { configuration: remoteConfiguration(contact, undefined), isRemote: true, timeoutMs, signal };
    const file = join(this.settings.cacheDirectory, `ca-${createHash('sha256').update(contact.caPem).digest('hex').slice(0, 32)}.pem`);
    await writeFile(file, contact.caPem);
    return { configuration: remoteConfiguration(contact, file), isRemote: true, timeoutMs, signal };
  }
}

function inOrder(ids: readonly string[], objects: ReadonlyMap<string, RawObject>): readonly RawObject[] {
  return ids.flatMap((id) => objects.get(id) ?? []);
}

function byId(commit: string): string {
  return `+${commit}:${keptRef(commit)}`;
}

function byRef(fullRef: string): string {
  return `+${fullRef}:refs/capstan/tip/${createHash('sha256').update(fullRef).digest('hex').slice(0, 16)}`;
}

function unreachable(contact: Contact, commit: string): GitFailure {
  return contact.failure('COMMIT_UNREACHABLE', `the server does not give commit ${commit}`);
}

/** The failure that leaves the adapter: damage that a fresh copy did not cure is our own trouble. */
function final(contact: Contact, failure: GitRunFailure): GitFailure {
  return failure.code === 'DAMAGED' ? contact.failure('GIT_CACHE_UNUSABLE', failure.message) : failure;
}
