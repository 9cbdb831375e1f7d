import { parseArchiveRef, parseRepositoryUrlOfType, type ArchiveWish } from '#domain';
import { err, ok, type Result } from '#kernel';
import { gitFailure, type GitFailure, type GitFailureCode } from '#git';
import { ArchiveHttp, type ArchiveHttpSettings } from './archive-http.js';
import type { ArchivePoint, ArchiveRemote } from './archive-remote.js';
import { BoundedCache } from './bounded-cache.js';
import { chooseChart, readChartRepository, type KnownIndex } from './read-chart-repository.js';
import { RegistryLookUp } from './look-up-registry.js';
import type { ManifestSource } from './read-manifest.js';

export interface ArchiveRepositoriesSettings extends ArchiveHttpSettings {
  /** Of one look, all its questions together. @default 60000 */
  readonly lookUpTimeoutMs?: number;
}

/** What a ref stands for; undefined: nothing fits it. */
export type ArchiveAnswer = Result<ArchivePoint | undefined, GitFailure>;

type Resolve = (wish: ArchiveWish) => Promise<ArchiveAnswer>;

/** Rights, manifests and entries of an index are a matter of one chart or artifact; everything else is one of the server. */
const OF_ONE_REF: readonly GitFailureCode[] = ['AUTHENTICATION_FAILED', 'GIT_PROTOCOL_ERROR', 'CONTENT_MISMATCH', 'REPOSITORY_NOT_FOUND', 'EGRESS_REFUSED'];
const KNOWN_MANIFESTS = 10_000;
const KNOWN_INDEXES = 200;

/** Registries and chart repositories as the hub reads them: it finds out digests, and fetches no archive. */
export class ArchiveRepositories {
  private readonly manifests = new BoundedCache<ManifestSource>(KNOWN_MANIFESTS);
  private readonly indexes = new BoundedCache<KnownIndex>(KNOWN_INDEXES);

  constructor(private readonly settings: ArchiveRepositoriesSettings = {}) {}

  /**
   * Asks the server once what many refs (`formatArchiveRef`) stand for. A point that is undefined means that the server answered and nothing fits, never
   * that something failed. What is wrong with one of several fails that one; no answer fails the look.
   */
  async lookUp(remote: ArchiveRemote, refs: readonly string[], signal: AbortSignal): Promise<Result<ReadonlyMap<string, ArchiveAnswer>, GitFailure>> {
    const url = parseRepositoryUrlOfType(remote.url, remote.type);
    if (!url.ok) return err(gitFailure('EGRESS_REFUSED', '', url.error.message));
    const http = new ArchiveHttp(this.settings, remote.url, remote.credentials);
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.settings.lookUpTimeoutMs ?? 60_000)]);
    const resolve = remote.type === 'HELM' ? await this.chartRepository(http, remote, refs, deadline) : ok(this.registry(http, remote, deadline));
    if (!resolve.ok) return resolve;
    const answers = new Map<string, ArchiveAnswer>();
    for (const ref of refs) {
      const wish = parseArchiveRef(ref);
      const answer = wish === undefined ? ok(undefined) : await resolve.value(wish);
      if (!answer.ok && !OF_ONE_REF.includes(answer.error.code)) return answer;
      answers.set(ref, answer);
    }
    const all = [...answers.values()];
    const [first] = all;
    return first !== undefined && !first.ok && all.every(({ ok: isOk }) => !isOk) ? first : ok(answers);
  }

  private registry(http: ArchiveHttp, remote: ArchiveRemote, signal: AbortSignal): Resolve {
    const lookUp = new RegistryLookUp(http, remote, this.manifests);
    return (wish) => lookUp.resolve(wish, signal);
  }

  private async chartRepository(http: ArchiveHttp, remote: ArchiveRemote, refs: readonly string[], signal: AbortSignal): Promise<Result<Resolve, GitFailure>> {
    const wanted = new Set(refs.flatMap((ref) => parseArchiveRef(ref)?.chart ?? []));
    const charts = await readChartRepository(http, remote, wanted, this.indexes, signal);
    return charts.ok ? ok(async (wish) => chooseChart(http, remote, wish, charts.value)) : charts;
  }
}
