import { err, ok, type MonotonicClock, type Result } from '#kernel';
import { arrayAt, parseJson, recordAt, stringAt } from './json-shape.js';
import type { CallOptions, ResourceInfo } from './kube-client.js';
import type { KubeFailure } from './kube-failure.js';
import { groupVersionPath } from './resource-path.js';

export type DiscoveryRead = (path: string, options: CallOptions) => Promise<Result<string, KubeFailure>>;

/** What is known is read again after this time: preferred versions change when a cluster is upgraded. */
const MAX_AGE_MS = 10 * 60_000;
/** A kind that is missing is looked for again only in answers older than this, so that a wrong manifest is no load on the server. */
const MIN_REFRESH_MS = 5_000;
/** Groups and versions remembered; past it everything is forgotten, which costs requests and nothing else. */
const MAX_ENTRIES = 2_000;
/** A real cluster with many operators serves about two hundred. */
const MAX_VERSIONS = 1_000;

interface Entry<T> {
  readonly readAtMs: number;
  /** KIND_NOT_FOUND is remembered as well; no other failure is. */
  readonly found: Result<readonly T[], KubeFailure>;
}

/**
 * Which resource stands behind a kind, one group and version at a time as they are asked for. A miss is looked up once more (a CRD may
 * have come since). KIND_NOT_FOUND means that the server answered and does not serve it; a server or aggregated API that does not answer
 * gives its own failure instead.
 */
export class Discovery {
  readonly #versions = new Map<string, Entry<string>>();
  readonly #resources = new Map<string, Entry<ResourceInfo>>();

  constructor(
    private readonly read: DiscoveryRead,
    private readonly monotonic: MonotonicClock,
  ) {}

  async resolve(group: string, kind: string, version: string | undefined, options: CallOptions): Promise<Result<ResourceInfo, KubeFailure>> {
    const known = await this.#look(group, kind, version, MAX_AGE_MS, options);
    return known.ok || known.error.code !== 'KIND_NOT_FOUND' ? known : this.#look(group, kind, version, MIN_REFRESH_MS, options);
  }

  /** Every group version and every kind in it, as `group/version` and `group/version/Kind`. A part is never given for the whole. */
  async everything(options: CallOptions): Promise<Result<readonly string[], KubeFailure>> {
    const core = await this.#versionsOf('', MAX_AGE_MS, options);
    if (!core.ok) return core;
    const groups = await this.#groups(options);
    if (!groups.ok) return groups;
    const versions = [...core.value.map((version) => ({ group: '', version })), ...groups.value];
    if (versions.length > MAX_VERSIONS) return err({ code: 'TOO_LARGE', httpStatus: 200, message: `the server serves more than ${MAX_VERSIONS} versions of groups` });
    const found: string[] = [];
    for (const { group, version } of versions) {
      const resources = await this.#resourcesOf(group, version, MAX_AGE_MS, options);
      const name = group === '' ? version : `${group}/${version}`;
      if (!resources.ok) return err({ ...resources.error, message: `${name}: ${resources.error.message}` });
      found.push(name, ...resources.value.map(({ kind }) => `${name}/${kind}`));
    }
    return ok([...new Set(found)].toSorted());
  }

  async #groups(options: CallOptions): Promise<Result<readonly { readonly group: string; readonly version: string }[], KubeFailure>> {
    const answer = await this.read('/apis', options);
    if (!answer.ok) return answer;
    const listed = arrayAt(parseJson(answer.value), 'groups')?.flatMap((one) => (arrayAt(one, 'versions') ?? []).map((version) => ({ group: stringAt(one, 'name'), version: stringAt(version, 'version') })));
    const complete = listed?.flatMap(({ group, version }) => (group === undefined || version === undefined ? [] : [{ group, version }]));
    if (complete === undefined || complete.length !== listed?.length) return err({ code: 'MALFORMED_RESPONSE', httpStatus: 200, message: '/apis is not a list of groups' });
    return ok(complete);
  }

  invalidate(group?: string): void {
    for (const key of this.#versions.keys()) if (group === undefined || key === group) this.#versions.delete(key);
    for (const key of this.#resources.keys()) if (group === undefined || key.startsWith(`${group}/`)) this.#resources.delete(key);
  }

  async #look(group: string, kind: string, version: string | undefined, maxAgeMs: number, options: CallOptions): Promise<Result<ResourceInfo, KubeFailure>> {
    const versions: Result<readonly string[], KubeFailure> = version === undefined ? await this.#versionsOf(group, maxAgeMs, options) : ok([version]);
    if (!versions.ok) return versions;
    for (const candidate of versions.value) {
      const resources = await this.#resourcesOf(group, candidate, maxAgeMs, options);
      if (!resources.ok && resources.error.code !== 'KIND_NOT_FOUND') return resources;
      const resource = resources.ok ? resources.value.find((one) => one.kind === kind) : undefined;
      if (resource !== undefined) return ok(resource);
    }
    return err(kindNotFound(`${kind}.${version === undefined ? '' : `${version}.`}${group === '' ? 'core' : group} is not served`));
  }

  /** Preferred version first. */
  #versionsOf(group: string, maxAgeMs: number, options: CallOptions): Promise<Result<readonly string[], KubeFailure>> {
    const path = group === '' ? '/api' : `/apis/${encodeURIComponent(group)}`;
    return this.#cached(this.#versions, group, maxAgeMs, path, options, (answer) => {
      if (group === '') return strings(arrayAt(answer, 'versions'));
      const listed = strings(arrayAt(answer, 'versions')?.map((one) => stringAt(one, 'version')));
      const preferred = stringAt(recordAt(answer, 'preferredVersion'), 'version');
      return listed?.toSorted((a, b) => Number(b === preferred) - Number(a === preferred));
    });
  }

  #resourcesOf(group: string, version: string, maxAgeMs: number, options: CallOptions): Promise<Result<readonly ResourceInfo[], KubeFailure>> {
    return this.#cached(this.#resources, `${group}/${version}`, maxAgeMs, groupVersionPath(group, version), options, (answer) => {
      const listed = arrayAt(answer, 'resources')?.map((one) => toResource(group, version, one));
      return listed?.every((one) => one !== undefined) ? listed.filter((one) => !one.plural.includes('/')) : undefined;
    });
  }

  async #cached<T>(
    entries: Map<string, Entry<T>>, key: string, maxAgeMs: number, path: string, options: CallOptions, parse: (answer: unknown) => readonly T[] | undefined,
  ): Promise<Result<readonly T[], KubeFailure>> {
    const entry = entries.get(key);
    if (entry !== undefined && this.monotonic.nowMs() - entry.readAtMs < maxAgeMs) return entry.found;
    const answer = await this.read(path, options);
    if (!answer.ok && answer.error.code !== 'KIND_NOT_FOUND') return answer;
    const parsed = answer.ok ? parse(parseJson(answer.value)) : undefined;
    if (answer.ok && parsed === undefined) return err({ code: 'MALFORMED_RESPONSE', httpStatus: 200, message: `${path} is not a discovery document` });
    const found: Result<readonly T[], KubeFailure> = parsed === undefined ? err(kindNotFound(`${path} is not served`)) : ok(parsed);
    if (entries.size >= MAX_ENTRIES) entries.clear();
    entries.set(key, { readAtMs: this.monotonic.nowMs(), found });
    return found;
  }
}

function toResource(group: string, version: string, value: unknown): ResourceInfo | undefined {
  const plural = stringAt(value, 'name');
  const kind = stringAt(value, 'kind');
  const verbs = strings(arrayAt(value, 'verbs'));
  if (plural === undefined || kind === undefined || verbs === undefined) return undefined;
  return { group, version, kind, plural, namespaced: typeof value === 'object' && value !== null && 'namespaced' in value && value.namespaced === true, verbs };
}

function strings(values: readonly unknown[] | undefined): readonly string[] | undefined {
  const found = values?.filter((value) => typeof value === 'string');
  return found !== undefined && found.length === values?.length ? found : undefined;
}

function kindNotFound(message: string): KubeFailure {
  return { code: 'KIND_NOT_FOUND', httpStatus: 404, message };
}
