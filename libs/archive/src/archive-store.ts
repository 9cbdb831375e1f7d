import { contactUrlOf } from '#domain';
import { errorCode, err, ok, type Result } from '#kernel';
import { basicAuthorization, type GitFailure } from '#git';
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ArchiveHttp, type ArchiveHttpSettings, type ArchiveRequest } from './archive-http.js';
import type { ArchiveRemote } from './archive-remote.js';
import { ArchiveSpool, SPOOL_FILE } from './archive-spool.js';
import { MAX_ARCHIVE_BYTES } from './read-manifest.js';
import { RegistrySession } from './registry-session.js';

export interface ArchiveStoreSettings extends ArchiveHttpSettings {
  /** Made if missing; belongs to one process. */
  readonly directory: string;
  /** Bytes on disk; what was used longest ago goes first. */
  readonly maxBytes: number;
  /** @default 120000 */
  readonly fetchTimeoutMs?: number;
}

/** An archive as an order names it. */
export interface WantedArchive {
  readonly digest: string;
  readonly location: string;
}

const DIGEST = /^sha256:([0-9a-f]{64})$/;
const FILE = /^[0-9a-f]{64}\.tgz$/;
/** No fetch takes so long. */
const LEFT_BEHIND_MS = 3_600_000;
const ARCHIVE_TYPES = 'application/octet-stream, application/gzip, */*';

/**
 * Archives by their digest, on a bounded part of the disk. Nothing comes out of it whose bytes have not the digest that was asked for, also not what lay on the
 * disk: a file that was damaged is fetched again. Concurrent calls for one archive share one fetch.
 */
export class ArchiveStore {
  private readonly fetching = new Map<string, Promise<Result<Buffer, GitFailure>>>();

  constructor(
    private readonly settings: ArchiveStoreSettings,
    /** Ends everything that is under way. */
    private readonly over: AbortSignal,
  ) {}

  async fetch(remote: ArchiveRemote, wanted: WantedArchive, signal: AbortSignal): Promise<Result<Buffer, GitFailure>> {
    const http = new ArchiveHttp(this.settings, remote.url, remote.credentials);
    const hex = DIGEST.exec(wanted.digest)?.[1];
    if (hex === undefined) return err(http.failure('COMMIT_UNREACHABLE', 'the release does not name a sha256 digest'));
    const key = JSON.stringify([remote, wanted]);
    const shared = this.fetching.get(key) ?? this.start(key, http, remote, wanted, hex);
    return leaving(shared, signal);
  }

  private start(key: string, http: ArchiveHttp, remote: ArchiveRemote, wanted: WantedArchive, hex: string): Promise<Result<Buffer, GitFailure>> {
    const fetched = this.fromDiskOrServer(http, remote, wanted, hex);
    this.fetching.set(key, fetched);
    return fetched.finally(() => this.fetching.delete(key));
  }

  private async fromDiskOrServer(http: ArchiveHttp, remote: ArchiveRemote, wanted: WantedArchive, hex: string): Promise<Result<Buffer, GitFailure>> {
    const file = join(this.settings.directory, `${hex}.tgz`);
    const held = await readFile(file).catch(() => undefined); // what cannot be read is fetched
    if (held !== undefined && sha256(held) === hex) {
      await utimes(file, new Date(), new Date()).catch(() => undefined); // only the order of leaving suffers
      return ok(held);
    }
    const deadline = AbortSignal.any([this.over, AbortSignal.timeout(this.settings.fetchTimeoutMs ?? 120_000)]);
    const spool = await ArchiveSpool.open(file);
    try {
      const answer = await this.download(http, remote, wanted, deadline, spool?.take);
      if (!answer.ok) return answer.error.code === 'REPOSITORY_NOT_FOUND' ? err(http.failure('COMMIT_UNREACHABLE', `the archive is gone: ${answer.error.message}`)) : answer;
      const found = await spool?.finish();
      if (spool !== undefined && found === hex) {
        const kept = await this.keep(spool, file).catch(() => undefined); // it is only a cache
        if (kept !== undefined && sha256(kept) === hex) return ok(kept);
      } else if (found !== undefined) return err(mismatch(http, found, wanted));
      // The disk takes nothing: once more, in memory.
      const whole = spool === undefined ? answer : await this.download(http, remote, wanted, deadline, undefined);
      return whole.ok && sha256(whole.value) !== hex ? err(mismatch(http, sha256(whole.value), wanted)) : whole;
    } finally {
      await spool?.discard();
    }
  }

  private async download(http: ArchiveHttp, remote: ArchiveRemote, { location }: WantedArchive, signal: AbortSignal, sink: ArchiveRequest['sink']): Promise<Result<Buffer, GitFailure>> {
    const place = URL.parse(location);
    const own = new URL(contactUrlOf(remote.url));
    if (place === null) return err(http.failure('COMMIT_UNREACHABLE', 'the release does not say where the archive lies'));
    if (own.protocol === 'https:' && place.protocol !== 'https:') return err(http.failure('EGRESS_REFUSED', 'the archive lies at an address that is not https'));
    const request = { url: place.href, accept: ARCHIVE_TYPES, maxBytes: MAX_ARCHIVE_BYTES, ...(sink === undefined ? {} : { sink }) };
    const isOwn = place.origin === own.origin;
    const { credentials } = remote;
    const answer =
      remote.type === 'OCI' && isOwn
        ? await new RegistrySession(http, own.origin, credentials).send(request, repositoryIn(place), signal)
        : await http.send({ ...request, authorization: isOwn && credentials !== undefined ? basicAuthorization(credentials) : undefined }, signal);
    return answer.ok ? ok(answer.value.body) : answer;
  }

  private async keep(spool: ArchiveSpool, file: string): Promise<Buffer> {
    await spool.keepAs(file);
    const bytes = await readFile(file);
    await this.evict().catch(() => undefined); // the next one tries again
    return bytes;
  }

  private async evict(): Promise<void> {
    const found: { readonly path: string; readonly size: number; readonly atMs: number }[] = [];
    for (const name of await readdir(this.settings.directory)) {
      const path = join(this.settings.directory, name);
      const file = await stat(path).catch((error: unknown) => (errorCode(error) === 'ENOENT' ? undefined : Promise.reject(error)));
      if (file !== undefined && FILE.test(name)) found.push({ path, size: file.size, atMs: file.mtimeMs });
      // Of a process that was killed while it fetched.
      else if (file !== undefined && SPOOL_FILE.test(name) && Date.now() - file.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
    }
    let total = found.reduce((sum, { size }) => sum + size, 0);
    for (const { path, size } of found.toSorted((a, b) => a.atMs - b.atMs)) {
      if (total <= this.settings.maxBytes) return;
      await rm(path, { force: true });
      total -= size;
    }
  }
}

/** Each of those who wait leaves by its own signal. */
function leaving<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([shared, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}

function mismatch(http: ArchiveHttp, found: string, { digest }: WantedArchive): GitFailure {
  return http.failure('CONTENT_MISMATCH', `the archive has the digest sha256:${found} and not ${digest}: refused`);
}

function repositoryIn({ pathname }: URL): string {
  return /^\/v2\/(.+)\/blobs\/[^/]+$/.exec(pathname)?.[1] ?? '';
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
