import { err, errorCode, errorName, ok, type Result } from '#kernel';
import { addRemote, deleteRef, fetch, init, isDescendent, readObject, setConfig, writeRef, type HttpClient } from 'isomorphic-git';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectReadFailure, RawObject } from '../object-store.js';

const REMOTE = 'capstan';
const KEPT = 'refs/capstan/keep';
/** Nothing here joins packs: past this many the copy is made anew. */
const MAX_PACKS = 64;

/** One bare repository on disk, read and written by isomorphic-git. A commit counts as here when it has a ref under `refs/capstan/keep/`. */
export class JsRepository {
  private kept: Set<string> | undefined;
  private suspect = false;
  /** Packs and indexes that isomorphic-git has read; dropped after every fetch. */
  private cache = {};

  constructor(
    private readonly gitdir: string,
    private readonly maxKept: number,
    private readonly maxObjectBytes: number,
  ) {}

  async open(url: string): Promise<void> {
    if (this.suspect || (await this.packs()) > MAX_PACKS) await this.wipe();
    if (this.kept !== undefined && (await exists(join(this.gitdir, 'HEAD')))) return;
    await mkdir(this.gitdir, { recursive: true });
    await init({ fs, gitdir: this.gitdir, bare: true, defaultBranch: 'main' });
    await addRemote({ fs, gitdir: this.gitdir, remote: REMOTE, url, force: true });
    // A mapping that matches nothing: branches of the other side, whose names may collide on disk, are not mirrored as refs.
    await setConfig({ fs, gitdir: this.gitdir, path: `remote.${REMOTE}.fetch`, value: '+refs/none/*:refs/none/*' });
    this.kept = new Set(await namesIn(join(this.gitdir, KEPT)));
  }

  isHere(commit: string): boolean {
    return !this.suspect && this.kept?.has(commit) === true;
  }

  /**
   * Fetches a full ref, or a commit by id where the server allows it.
   *
   * @param line names the line of history: what came last under the same name is what the server may build upon
   * @param depth with it everything is sent again: for the first time, and for commits outside the ref
   */
  async fetch(http: HttpClient, url: string, wanted: string, line: string, depth: number | undefined): Promise<void> {
    const tip = tipOf(line);
    const fetched = await fetch({
      fs, http, gitdir: this.gitdir, url, remote: REMOTE, ref: tip, remoteRef: wanted, singleBranch: true, tags: false, cache: this.cache,
      ...(depth === undefined ? {} : { depth }),
    });
    this.cache = {};
    if (fetched.fetchHead !== null) await writeRef({ fs, gitdir: this.gitdir, ref: tip, value: fetched.fetchHead, force: true });
  }

  async hasFetched(line: string): Promise<boolean> {
    return exists(join(this.gitdir, tipOf(line)));
  }

  async keep(commit: string): Promise<void> {
    await writeRef({ fs, gitdir: this.gitdir, ref: `${KEPT}/${commit}`, value: commit, force: true });
    this.kept?.add(commit);
    for (const old of [...(this.kept ?? [])].slice(0, Math.max(0, (this.kept?.size ?? 0) - this.maxKept))) {
      await deleteRef({ fs, gitdir: this.gitdir, ref: `${KEPT}/${old}` });
      this.kept?.delete(old);
    }
  }

  async read(ids: readonly string[]): Promise<Result<readonly RawObject[], ObjectReadFailure>> {
    const objects: RawObject[] = [];
    let total = 0;
    for (const oid of ids) {
      try {
        const { type, object } = await readObject({ fs, gitdir: this.gitdir, oid, format: 'content', cache: this.cache });
        if (!(object instanceof Uint8Array)) return this.damaged(`object ${oid} has no content`);
        total += object.length;
        if (total > this.maxObjectBytes) return err({ code: 'OBJECT_TOO_LARGE', id: oid, maxBytes: this.maxObjectBytes });
        objects.push({ type, bytes: Buffer.from(object) });
      } catch (error) {
        if (errorCode(error) === 'NotFoundError') return err({ code: 'OBJECT_MISSING', id: oid });
        return this.damaged(`object ${oid} cannot be read: ${errorName(error) ?? 'unknown'}`);
      }
    }
    return ok(objects);
  }

  /** @throws what isomorphic-git throws when history is missing. */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    return ancestor === descendant || isDescendent({ fs, gitdir: this.gitdir, oid: descendant, ancestor, depth: -1, cache: this.cache });
  }

  /** What is here is not whole: the next fetch starts anew. */
  distrust(): void {
    this.suspect = true;
  }

  damaged(cause: string): Result<never, ObjectReadFailure> {
    this.suspect = true;
    return err({ code: 'OBJECTS_DAMAGED', cause });
  }

  async wipe(): Promise<void> {
    this.kept = undefined;
    this.suspect = false;
    this.cache = {};
    await rm(this.gitdir, { recursive: true, force: true, maxRetries: 3 });
  }

  private async packs(): Promise<number> {
    return (await namesIn(join(this.gitdir, 'objects/pack'))).filter((name) => name.endsWith('.pack')).length;
  }
}

function tipOf(line: string): string {
  return `refs/capstan/tip/${createHash('sha256').update(line).digest('hex').slice(0, 16)}`;
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false; // not usable is as good as not there: the next write says why
  }
}
