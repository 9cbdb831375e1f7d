import { archiveFullRef, chooseVersion, contactUrlOf, exactVersion, isArchiveDigest, isArchiveTag, type ArchiveWish } from '#domain';
import { err, ok, type Result } from '#kernel';
import type { GitFailure } from '#git';
import { createHash } from 'node:crypto';
import type { ArchiveHttp, ArchiveResponse } from './archive-http.js';
import type { ArchivePoint, ArchiveRemote } from './archive-remote.js';
import type { BoundedCache } from './bounded-cache.js';
import { MANIFEST_TYPES, readManifest, type ManifestSource } from './read-manifest.js';
import { RegistrySession } from './registry-session.js';

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_TAGS_PAGE_BYTES = 4 * 1024 * 1024;
const MAX_TAGS = 50_000;
const MAX_PAGES = 100;

type Found<T> = Promise<Result<T | undefined, GitFailure>>;

/**
 * One look at a registry: the list of tags at most once for each repository that a range is wanted of, and one question for each manifest, whose
 * content is remembered by its digest. undefined: the registry answered, and nothing fits the wish.
 */
export class RegistryLookUp {
  private readonly session: RegistrySession;
  private readonly base: URL;
  private readonly tags = new Map<string, Promise<Result<readonly string[] | undefined, GitFailure>>>();

  constructor(
    private readonly http: ArchiveHttp,
    remote: ArchiveRemote,
    /** Manifests by repository and digest. */
    private readonly manifests: BoundedCache<ManifestSource>,
  ) {
    this.base = new URL(contactUrlOf(remote.url));
    this.session = new RegistrySession(http, this.base.origin, remote.credentials);
  }

  async resolve({ chart, want }: ArchiveWish, signal: AbortSignal): Found<ArchivePoint> {
    const repository = [this.base.pathname.slice(1), ...(chart === undefined ? [] : [chart])].join('/');
    const name = chart ?? repository.split('/').at(-1) ?? repository;
    switch (want.kind) {
      case 'DIGEST':
        return this.point(repository, want.digest, chart, archiveFullRef('digest', want.digest), `${name} ${want.digest.slice(0, 19)}`, signal);
      case 'TAG':
        return this.point(repository, want.tag, chart, archiveFullRef('tag', want.tag), `${name} ${want.tag}`, signal);
      case 'VERSION': {
        const version = await this.version(repository, want.range, signal);
        if (!version.ok || version.value === undefined) return version.ok ? ok(undefined) : version;
        return this.point(repository, tagOf(version.value), chart, archiveFullRef('version', version.value), `${name} ${version.value}`, signal);
      }
    }
  }

  private async version(repository: string, range: string, signal: AbortSignal): Found<string> {
    const exact = exactVersion(range);
    if (exact !== undefined && isArchiveTag(tagOf(exact))) return ok(exact);
    const listed = this.tags.get(repository) ?? this.listTags(repository, signal);
    this.tags.set(repository, listed);
    const tags = await listed;
    if (!tags.ok || tags.value === undefined) return tags.ok ? ok(undefined) : tags;
    return ok(chooseVersion(range, tags.value.map((tag) => tag.replaceAll('_', '+'))));
  }

  /** All of them or a failure: part of a list would choose an older version. */
  private async listTags(repository: string, signal: AbortSignal): Found<readonly string[]> {
    const tags: string[] = [];
    let url = `${this.base.origin}/v2/${repository}/tags/list?n=1000`;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer = await this.session.send({ url, accept: 'application/json', maxBytes: MAX_TAGS_PAGE_BYTES, judged: [404] }, repository, signal);
      if (!answer.ok) return answer;
      if (answer.value.status === 404) return page === 0 ? ok(undefined) : err(this.http.failure('GIT_PROTOCOL_ERROR', 'the list of tags broke off'));
      const names = tagsIn(answer.value.body);
      if (names === undefined) return err(this.http.failure('GIT_PROTOCOL_ERROR', 'the list of tags cannot be read'));
      tags.push(...names);
      if (tags.length > MAX_TAGS) return err(this.http.failure('GIT_PROTOCOL_ERROR', `more than ${MAX_TAGS} tags: name an exact version or a tag`));
      const next = nextPage(answer.value, url, this.base.origin);
      if (next === undefined) return ok(tags);
      url = next;
    }
    return err(this.http.failure('GIT_PROTOCOL_ERROR', 'the list of tags does not end'));
  }

  private async point(repository: string, reference: string, chart: string | undefined, fullRef: string, title: string, signal: AbortSignal): Found<ArchivePoint> {
    const manifest = await this.manifest(repository, reference, chart !== undefined, signal);
    if (!manifest.ok || manifest.value === undefined) return manifest.ok ? ok(undefined) : manifest;
    const { layer, annotations } = manifest.value;
    const revision = annotations['org.opencontainers.image.revision'];
    const createdAt = Date.parse(annotations['org.opencontainers.image.created'] ?? '');
    return ok({
      fullRef, commit: layer, location: `${this.base.origin}/v2/${repository}/blobs/${layer}`,
      title: chart === undefined && revision !== undefined ? `${title} (${revision})` : title, createdAt: Number.isNaN(createdAt) ? undefined : new Date(createdAt),
    });
  }

  /** Asked for by HEAD first: what a digest stands for is known after the first time. */
  private async manifest(repository: string, reference: string, isChart: boolean, signal: AbortSignal): Found<ManifestSource> {
    const url = `${this.base.origin}/v2/${repository}/manifests/${reference}`;
    const request = { url, accept: MANIFEST_TYPES, maxBytes: MAX_MANIFEST_BYTES, judged: [404] };
    const keyOf = (digest: string): string => JSON.stringify([this.base.origin, repository, isChart, digest]);
    const head = await this.session.send({ ...request, method: 'HEAD', judged: [404, 405] }, repository, signal);
    if (!head.ok) return head;
    if (head.value.status === 404) return ok(undefined);
    const known = this.manifests.get(keyOf(String(head.value.headers['docker-content-digest'])));
    if (known !== undefined) return ok(known);
    const answer = await this.session.send(request, repository, signal);
    if (!answer.ok || answer.value.status === 404) return answer.ok ? ok(undefined) : answer;
    const digest = `sha256:${createHash('sha256').update(answer.value.body).digest('hex')}`;
    const said = answer.value.headers['docker-content-digest'];
    const wanted = isArchiveDigest(reference) ? reference : (said ?? digest);
    if (digest !== wanted) return err(this.http.failure('CONTENT_MISMATCH', `the manifest ${reference} has the digest ${digest} and not ${String(wanted)}`));
    const read = readManifest(answer.value.body, isChart);
    if (!read.ok) return err(this.http.failure('GIT_PROTOCOL_ERROR', `${repository}:${reference}: ${read.error}`));
    this.manifests.set(keyOf(digest), read.value);
    return ok(read.value);
  }
}

/** A tag cannot hold the plus of build metadata: Helm writes an underscore for it. */
function tagOf(version: string): string {
  return version.replaceAll('+', '_');
}

function tagsIn(body: Buffer): readonly string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const tags = typeof parsed === 'object' && parsed !== null && 'tags' in parsed ? parsed.tags : undefined;
    if (tags === null) return [];
    return Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') ? tags : undefined;
  } catch {
    return undefined;
  }
}

/** Pages lie at the registry itself: a token must not be led elsewhere. */
function nextPage({ headers }: ArchiveResponse, url: string, origin: string): string | undefined {
  const [, link] = /<([^<>]*)>\s*;\s*rel="?next"?/.exec(String(headers['link'] ?? '')) ?? [];
  const next = link === undefined ? null : URL.parse(link, url);
  return next?.origin === origin ? next.href : undefined;
}
