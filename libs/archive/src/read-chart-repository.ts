import { archiveFullRef, chooseVersion, type ArchiveWish } from '#domain';
import { err, ok, type Result } from '#kernel';
import { basicAuthorization, type GitFailure } from '#git';
import type { ArchiveHttp } from './archive-http.js';
import type { ArchivePoint, ArchiveRemote } from './archive-remote.js';
import type { BoundedCache } from './bounded-cache.js';
import { MAX_INDEX_BYTES, skimHelmIndex, type IndexedVersion } from './skim-helm-index.js';

/** What was taken out of an index when it was last sent. */
export interface KnownIndex {
  readonly etag: string;
  /** All charts that were looked for; undefined: not in the index. */
  readonly charts: ReadonlyMap<string, readonly IndexedVersion[] | undefined>;
}

export type Charts = KnownIndex['charts'];

/**
 * What the index of a chart repository says of the wanted charts. It is not sent again where the server says that it has not changed. An index without
 * a single chart is a failure: it looks like one that was not written to its end.
 */
export async function readChartRepository(
  http: ArchiveHttp, remote: ArchiveRemote, wanted: ReadonlySet<string>, cache: BoundedCache<KnownIndex>, signal: AbortSignal,
): Promise<Result<Charts, GitFailure>> {
  const { url, credentials } = remote;
  const key = JSON.stringify([url, credentials]);
  const known = cache.get(key);
  const isEnough = known !== undefined && [...wanted].every((chart) => known.charts.has(chart));
  const answer = await http.send(
    {
      url: `${url}/index.yaml`, authorization: credentials && basicAuthorization(credentials), maxBytes: MAX_INDEX_BYTES,
      ...(isEnough ? { headers: { 'if-none-match': known.etag }, judged: [304] } : {}),
    },
    signal,
  );
  if (!answer.ok) return answer;
  if (answer.value.status === 304 && known !== undefined) return ok(known.charts);
  const index = skimHelmIndex(answer.value.body, wanted);
  if (!index.ok) return err(http.failure('GIT_PROTOCOL_ERROR', `index.yaml: ${index.error}`));
  if (index.value.isEmpty) return err(http.failure('GIT_PROTOCOL_ERROR', 'index.yaml: there is not a single chart in it'));
  const charts: Charts = new Map([...wanted].map((chart) => [chart, index.value.charts.get(chart)]));
  const { etag } = answer.value.headers;
  if (etag !== undefined) cache.set(key, { etag, charts });
  return ok(charts);
}

/** The version that fits a wish; undefined: none does. Pure. */
export function chooseChart(http: ArchiveHttp, { url }: ArchiveRemote, { chart = '', want }: ArchiveWish, charts: Charts): Result<ArchivePoint | undefined, GitFailure> {
  if (want.kind !== 'VERSION') return err(http.failure('REPOSITORY_NOT_FOUND', 'a chart repository has versions, and neither tags nor artifacts'));
  const versions = charts.get(chart) ?? [];
  const version = chooseVersion(want.range, versions.map((one) => one.version));
  const found = versions.find((one) => one.version === version);
  if (version === undefined || found === undefined) return ok(undefined);
  if (found.digest === undefined) return err(http.failure('GIT_PROTOCOL_ERROR', `index.yaml has no digest of ${chart} ${version}: make the index with \`helm repo index\``));
  const location = URL.parse(found.urls[0] ?? '', `${url}/`);
  if (location === null) return err(http.failure('GIT_PROTOCOL_ERROR', `index.yaml does not say where ${chart} ${version} lies`));
  const isWeaker = url.startsWith('https:') && location.protocol !== 'https:';
  if (isWeaker || !/^https?:$/.test(location.protocol)) return err(http.failure('EGRESS_REFUSED', `index.yaml has ${chart} ${version} at an address with ${location.protocol.replace(':', '')}, which is not followed`));
  const createdAt = Date.parse(found.created ?? '');
  return ok({ fullRef: archiveFullRef('version', version), commit: found.digest, location: location.href, title: `${chart} ${version}`, createdAt: Number.isNaN(createdAt) ? undefined : new Date(createdAt) });
}
