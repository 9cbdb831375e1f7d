import { errorCode, ok, type Log, type Result, type Timers } from '#kernel';
import { LRUCache } from 'lru-cache';
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Contact } from '../contact.js';
import type { ObjectReadFailure, RawObject } from '../object-store.js';
import { CatFile } from './cat-file.js';
import { gitEnvironment, PARTIAL, PROMISED, REMOTE } from './git-environment.js';
import { runGit, type GitCommand, type GitOutput, type GitRunFailure, type RunGitSettings } from './run-git.js';

export interface CachedRepositorySettings extends RunGitSettings {
  readonly timers: Timers;
  readonly log: Log;
  readonly readTimeoutMs: number;
  readonly maintenanceTimeoutMs: number;
  readonly maxObjectBytes: number;
  /** Bytes of commits and trees kept in memory per repository. */
  readonly treeCacheBytes: number;
}

const KEPT = 'refs/capstan/keep/';
const UNFILTERED = 'capstan-unfiltered';
const FETCHES_PER_MAINTENANCE = 16;

/**
 * One bare repository on disk. A commit counts as here when its ref under `refs/capstan/keep/` is: git writes that ref only after
 * everything the commit needs has arrived, so that a fetch killed half-way leaves nothing that could be taken for whole.
 * Not safe for concurrent writers: the adapter queues them.
 */
export class CachedRepository {
  /** In order of last use. */
  private kept: Set<string> | undefined;
  private fetches = 0;
  private suspect = false;
  private unfiltered = false;
  private readonly catFile: CatFile;
  private readonly memory: LRUCache<string, RawObject>;

  constructor(
    private readonly directory: string,
    /**
     * When file contents are left out, where the server can do that: `always`, or only of the first commit that comes into an empty copy. What
     * comes after it brings what changed, contents included, in the one request.
     */
    private readonly filter: 'always' | 'first',
    private readonly maxKept: number,
    private readonly settings: CachedRepositorySettings,
  ) {
    this.catFile = new CatFile({
      gitBinary: settings.gitBinary, gitDirectory: directory, env: gitEnvironment(settings), timers: settings.timers,
      timeoutMs: settings.readTimeoutMs, idleMs: 10_000, maxBytes: settings.maxObjectBytes,
    });
    this.memory = new LRUCache({ maxSize: settings.treeCacheBytes, sizeCalculation: (object) => object.bytes.length + 128 });
  }

  /** Makes the repository usable: created if missing, made anew if a read has found it damaged, left-over locks of a killed git removed. */
  async open(contact: Contact, timeoutMs: number, signal: AbortSignal): Promise<Result<void, GitRunFailure>> {
    if (this.suspect) await this.wipe();
    if (this.kept !== undefined && (await exists(join(this.directory, 'HEAD')))) return ok(undefined);
    await mkdir(this.directory, { recursive: true });
    await removeLeftovers(this.directory);
    const init = await this.git(contact, { args: ['init', '--quiet', '--bare', '--initial-branch=main', '--', this.directory], timeoutMs, signal }, false);
    if (!init.ok) return init;
    const refs = await this.git(contact, { args: ['for-each-ref', '--sort=committerdate', '--format=%(refname)', KEPT], timeoutMs, signal });
    if (!refs.ok) return refs;
    this.unfiltered = await exists(join(this.directory, UNFILTERED));
    this.kept = new Set(refs.value.stdout.toString('latin1').split('\n').filter((line) => line !== '').map((line) => line.slice(KEPT.length)));
    return ok(undefined);
  }

  isHere(commit: string): boolean {
    if (this.suspect || !this.kept?.delete(commit)) return false;
    this.kept.add(commit);
    return true;
  }

  /** Fetches what the refspecs say: `+<commit>:<keptRef>` for a commit by id. `whole`: with file contents in any case. */
  async fetch(contact: Contact, refspecs: readonly string[], options: { readonly depth?: number; readonly whole?: boolean }, command: Omit<GitCommand, 'args' | 'stdin'>): Promise<Result<void, GitRunFailure>> {
    await removeLeftovers(this.directory);
    const partial = !this.unfiltered && options.whole !== true && (this.filter === 'always' || this.kept?.size === 0);
    const fetched = await this.git(contact, {
      ...command,
      args: [
        'fetch', '--quiet', '--force', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance',
        ...(partial ? ['--filter=blob:none'] : []), ...(options.depth === undefined ? [] : [`--depth=${options.depth}`]), '--stdin', '--end-of-options', REMOTE,
      ],
      stdin: refspecs.map((refspec) => `${refspec}\n`).join(''),
      configuration: [...(command.configuration ?? []), ...(this.unfiltered ? [] : partial ? PARTIAL : PROMISED)],
    });
    if (!fetched.ok) return fetched;
    this.fetches++;
    return ok(undefined);
  }

  /** File contents of a partial copy that are missing here, all in one request. */
  async fetchMissing(contact: Contact, ids: readonly string[], command: Omit<GitCommand, 'args' | 'stdin'>): Promise<Result<void, GitRunFailure>> {
    const fetched = await this.git(contact, {
      ...command,
      args: ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance', '--filter=blob:none', '--stdin', '--end-of-options', REMOTE],
      stdin: ids.map((id) => `${id}\n`).join(''),
      configuration: [...(command.configuration ?? []), ...PARTIAL, ['fetch.negotiationAlgorithm', 'noop']],
    });
    if (fetched.ok) return ok(undefined);
    if (fetched.error.code === 'COMMIT_UNREACHABLE') {
      // The server filters and yet gives no object by id (protocol version 0): the next copy is made whole.
      await mkdir(join(this.directory, UNFILTERED), { recursive: true });
      this.unfiltered = true;
      this.suspect = true;
    }
    return fetched;
  }

  /** Marks commits as here after they came by another ref. */
  async keep(contact: Contact, commits: readonly string[], timeoutMs: number): Promise<Result<void, GitRunFailure>> {
    const stdin = commits.map((commit) => `update ${keptRef(commit)} ${commit}\n`).join('');
    const updated = await this.git(contact, { args: ['update-ref', '--stdin'], stdin, timeoutMs });
    if (!updated.ok) return updated;
    this.noteKept(commits);
    return ok(undefined);
  }

  noteKept(commits: readonly string[]): void {
    for (const commit of commits) {
      this.kept?.delete(commit);
      this.kept?.add(commit);
    }
  }

  /** Raw objects; `missing` lists what is not here. Commits and trees are remembered in memory: an id never changes its content. */
  async read(ids: readonly string[], signal?: AbortSignal): Promise<Result<ReadonlyMap<string, RawObject>, ObjectReadFailure>> {
    const found = new Map<string, RawObject>();
    const wanted = new Set<string>();
    for (const id of ids) {
      const object = this.memory.get(id);
      if (object === undefined) wanted.add(id);
      else found.set(id, object);
    }
    if (wanted.size === 0) return ok(found);
    const asked = [...wanted];
    const read = await this.catFile.read(asked, signal);
    if (!read.ok) {
      if (read.error.code === 'OBJECTS_DAMAGED') this.suspect = true;
      return read;
    }
    for (const [index, object] of read.value.entries()) {
      const id = asked[index];
      if (id === undefined || 'missing' in object) continue;
      found.set(id, object);
      if (object.type !== 'blob') this.memory.set(id, object);
    }
    return ok(found);
  }

  /** Something that must be here is not: the copy is made anew before it is used again. */
  distrust(): void {
    this.suspect = true;
  }

  async isAncestor(contact: Contact, ancestor: string, descendant: string, timeoutMs: number, signal?: AbortSignal): Promise<Result<boolean, GitRunFailure>> {
    const run = await this.git(contact, { args: ['merge-base', '--is-ancestor', ancestor, descendant], timeoutMs, signal }, true, [0, 1]);
    return run.ok ? ok(run.value.exitCode === 0) : run;
  }

  /** Keeps the copy small: the oldest kept commits go, packs are joined. Its failure harms nothing and is logged. */
  async maintain(contact: Contact, signal: AbortSignal): Promise<void> {
    if (this.kept === undefined) return;
    const excess = [...this.kept].slice(0, Math.max(0, this.kept.size - this.maxKept));
    const isDue = this.fetches >= FETCHES_PER_MAINTENANCE;
    if (excess.length === 0 && !isDue) return;
    const timeoutMs = this.settings.maintenanceTimeoutMs;
    const deleted = excess.length === 0 ? ok(undefined) : await this.git(contact, { args: ['update-ref', '--stdin'], stdin: excess.map((commit) => `delete ${keptRef(commit)}\n`).join(''), timeoutMs, signal });
    if (deleted.ok) for (const commit of excess) this.kept.delete(commit);
    if (!isDue) return;
    this.fetches = 0;
    const configuration = [['gc.auto', '2000'], ['gc.autoPackLimit', '12'], ['gc.autoDetach', 'false'], ['gc.pruneExpire', '1.hour.ago'], ...PARTIAL] as const;
    const collected = await this.git(contact, { args: ['gc', '--quiet', '--auto'], configuration, timeoutMs, signal });
    if (!collected.ok) this.settings.log.warn('git maintenance failed; it is tried again', { url: contact.url, code: collected.error.code, message: collected.error.message });
  }

  /** Removes everything; the next `open` starts anew. */
  async wipe(): Promise<void> {
    this.close();
    this.kept = undefined;
    this.suspect = false;
    this.fetches = 0;
    this.memory.clear();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
    if (this.unfiltered) await mkdir(join(this.directory, UNFILTERED), { recursive: true });
  }

  close(): void {
    this.catFile.stop();
  }

  private async git(contact: Contact, command: GitCommand, inside = true, fine: readonly number[] = [0]): Promise<Result<GitOutput, GitRunFailure>> {
    const args = inside ? [`--git-dir=${this.directory}`, ...command.args] : command.args;
    return runGit(this.settings, contact, { ...command, args }, fine);
  }
}

export function keptRef(commit: string): string {
  return `${KEPT}${commit}`;
}

/** What a killed git leaves behind and a later one stumbles over. Only this process works in the directory, one writer at a time. */
async function removeLeftovers(directory: string): Promise<void> {
  for (const folder of ['', 'refs', 'refs/capstan', 'refs/capstan/keep', 'refs/capstan/tip', 'objects/pack']) {
    for (const name of await namesIn(join(directory, folder))) {
      if (name.endsWith('.lock') || name === 'gc.pid' || name.startsWith('tmp_')) await rm(join(directory, folder, name), { force: true, recursive: true });
    }
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // not usable is as good as not there: git init says why
  }
}
