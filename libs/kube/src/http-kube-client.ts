import { err, ok, type Result } from '#kernel';
import { parseApiVersion, type KubeObject } from '#domain';
import { systemMonotonic, systemRandom, systemTimers } from '#runtime';
import { Discovery } from './discovery.js';
import { arrayAt, isNamed, isRecord, parseJson, recordAt, stringAt } from './json-shape.js';
import type {
  ApplyOptions, CallOptions, DeleteOptions, KubeClient, ListOptions, LogOptions, ObjectList, ObjectPage, ReadOptions, ResourceInfo, ServerVersion, WatchEvent, WatchOptions, WriteOptions,
} from './kube-client.js';
import type { KubeConnection } from './kube-connection.js';
import type { KubeFailure } from './kube-failure.js';
import { logParts } from './log-stream.js';
import { KubeTransport, type KubeClientDeps, type KubeRequest } from './kube-transport.js';
import { objectOf } from './object-of.js';
import { PacedCalls } from './paced-calls.js';
import { queryOf, resourcePath } from './resource-path.js';
import { watchEvents } from './watch-stream.js';

const OBJECT_BYTES = 16 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024 * 1024;
const CALL_MS = 15_000;
/**
 * An API server waits for webhooks up to 30 s each and gives up on a request to write after 34 s, and then its answer names who did not answer. A
 * call that ends before tells nothing, and fails where a webhook is slow that may be passed over.
 */
const WEBHOOK_MS = 40_000;
const LIST_MS = 60_000;
const PAGE_SIZE = 500;
/** Of objects whose size nobody knows yet; then at most four times as many as the last time. */
const FIRST_OF_UNKNOWN_SIZE = 10;
const PAGES_AT_MOST = 8;
const MAX_ITEMS = 50_000;
const WATCH_LIFETIME_MS = 300_000;
const WATCH_IDLE_MS = 150_000;
const PODS: ResourceInfo = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true, verbs: [] };
const METADATA = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** A client over HTTP(S). Opens nothing until it is used. `deps` default to the system's clocks and randomness. */
export function createKubeClient(connection: KubeConnection, deps: Partial<KubeClientDeps> = {}): KubeClient {
  const transport = new KubeTransport(connection, { timers: systemTimers, monotonic: systemMonotonic, random: systemRandom, userAgent: 'capstan', ...deps });
  const calls = new PacedCalls(transport, '');
  const discovery = new Discovery(
    (path, options) => calls.send({ method: 'GET', path, deadlineMs: options.deadlineMs ?? CALL_MS, maxBytes: OBJECT_BYTES, signal: options.signal, isSecret: false }),
    transport.deps.monotonic,
  );
  return new HttpKubeClient(transport, calls, discovery, {});
}

type Asked = Pick<KubeRequest, 'method' | 'path'> & Partial<Pick<KubeRequest, 'body' | 'contentType' | 'accept'>>;

class HttpKubeClient implements KubeClient {
  constructor(
    private readonly transport: KubeTransport,
    private readonly calls: PacedCalls,
    private readonly discovery: Discovery,
    private readonly headers: Readonly<Record<string, string | string[]>>,
  ) {}

  get server(): string {
    return this.transport.connection.server;
  }

  impersonate(user: string, groups: readonly string[] = []): KubeClient {
    return new HttpKubeClient(this.transport, new PacedCalls(this.transport, user), this.discovery, { 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': [...groups] }) });
  }

  resolve(group: string, kind: string, version?: string, options: CallOptions = {}): Promise<Result<ResourceInfo, KubeFailure>> {
    return this.discovery.resolve(group, kind, version, options);
  }

  invalidateDiscovery(group?: string): void {
    this.discovery.invalidate(group);
  }

  async get(resource: ResourceInfo, namespace: string, name: string, options: ReadOptions = {}): Promise<Result<KubeObject, KubeFailure>> {
    const asked = { method: 'GET', path: resourcePath(resource, namespace, name), accept: options.metadataOnly ? METADATA : undefined } as const;
    return this.#object(resource, name, asked, mayConvert(resource) ? patient(options) : options);
  }

  async list(resource: ResourceInfo, options: ListOptions = {}): Promise<Result<ObjectList, KubeFailure>> {
    const items: KubeObject[] = [];
    const maxItems = options.maxItems ?? MAX_ITEMS;
    for await (const page of this.pages(resource, options)) {
      if (!page.ok) return page;
      items.push(...page.value.items);
      if (items.length > maxItems) return err({ code: 'TOO_LARGE', httpStatus: 200, message: `more than ${maxItems} objects` });
      if (page.value.isLast) return ok({ items, resourceVersion: page.value.resourceVersion });
    }
    return err({ code: 'TRUNCATED_RESPONSE', httpStatus: 0, message: 'the list stopped before its last page' });
  }

  async *pages(resource: ResourceInfo, options: ListOptions = {}): AsyncGenerator<Result<ObjectPage, KubeFailure>> {
    let token: string | undefined;
    const { pageBytes } = options;
    let limit = pageBytes === undefined ? options.pageSize ?? PAGE_SIZE : FIRST_OF_UNKNOWN_SIZE;
    do {
      const path = `${resourcePath(resource, options.namespace ?? '')}${queryOf({
        labelSelector: options.labelSelector, fieldSelector: options.fieldSelector, limit: String(limit), continue: token,
      })}`;
      const accept = options.metadataOnly ? METADATA_LIST : undefined;
      const answer = await this.#send(resource, { method: 'GET', path, accept }, { ...options, deadlineMs: options.deadlineMs ?? LIST_MS }, pageBytes === undefined ? PAGE_BYTES : pageBytes * PAGES_AT_MOST);
      if (!answer.ok) {
        yield this.#forgetIfGone(resource, answer);
        return;
      }
      const page = toPage(answer.value, resource);
      if (!page.ok) {
        yield page;
        return;
      }
      token = page.value.next;
      if (pageBytes !== undefined) limit = nextLimit(limit, pageBytes, answer.value.length / Math.max(1, page.value.items.length));
      yield ok({ items: page.value.items, resourceVersion: page.value.resourceVersion, isLast: token === undefined });
    } while (token !== undefined);
  }

  async apply(object: KubeObject, options: ApplyOptions): Promise<Result<KubeObject, KubeFailure>> {
    const target = await this.#target(object, options);
    if (!target.ok) return target;
    const query = { ...writeQuery(options), force: options.force ? 'true' : undefined };
    return this.#write(target.value, object, 'PATCH', object.metadata.name, query, options, 'application/apply-patch+yaml');
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<Result<KubeObject, KubeFailure>> {
    const target = await this.#target(object, options);
    return target.ok ? this.#write(target.value, object, 'POST', undefined, writeQuery(options), options) : target;
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<Result<KubeObject, KubeFailure>> {
    const target = await this.#target(object, options);
    return target.ok ? this.#write(target.value, object, 'PUT', object.metadata.name, writeQuery(options), options) : target;
  }

  async mergePatch(resource: ResourceInfo, namespace: string, name: string, patch: object, options: WriteOptions = {}): Promise<Result<KubeObject, KubeFailure>> {
    const path = `${resourcePath(resource, namespace, name, options.subresource)}${queryOf(writeQuery(options))}`;
    return this.#object(resource, name, { method: 'PATCH', path, body: JSON.stringify(patch), contentType: 'application/merge-patch+json' }, patient(options));
  }

  async delete(resource: ResourceInfo, namespace: string, name: string, options: DeleteOptions): Promise<Result<void, KubeFailure>> {
    const body = JSON.stringify({
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: options.uid, resourceVersion: options.resourceVersion },
      propagationPolicy: options.propagationPolicy ?? 'Background',
      dryRun: options.dryRun ? ['All'] : undefined,
    });
    // the server goes by the body alone; the query is for whoever reads its audit log
    const path = `${resourcePath(resource, namespace, name)}${queryOf({ dryRun: options.dryRun ? 'All' : undefined })}`;
    const answer = await this.#send(resource, { method: 'DELETE', path, body }, patient(options));
    if (!answer.ok) return this.#forgetIfGone(resource, answer);
    return stringAt(parseJson(answer.value), 'kind') === undefined ? malformed('the answer to a delete is neither an object nor a Status') : ok(undefined);
  }

  async *watch(resource: ResourceInfo, options: WatchOptions = {}): AsyncGenerator<WatchEvent> {
    const lifetimeMs = options.lifetimeMs ?? WATCH_LIFETIME_MS * (1 + this.transport.deps.random.next());
    const path = `${resourcePath(resource, options.namespace ?? '')}${queryOf({
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(Math.max(1, Math.round(lifetimeMs / 1000))),
      resourceVersion: options.resourceVersion,
      labelSelector: options.labelSelector,
      fieldSelector: options.fieldSelector,
    })}`;
    const isSecret = isSecretKind(resource);
    const opened = await this.transport.stream({
      method: 'GET', path, accept: options.metadataOnly ? METADATA : undefined, headers: this.headers, deadlineMs: CALL_MS, maxBytes: OBJECT_BYTES, signal: options.signal, isSecret,
    });
    if (opened.ok) yield* watchEvents(opened.value, resource, options.idleMs ?? WATCH_IDLE_MS, this.transport.deps.timers, isSecret);
    else yield { type: 'ENDED', failure: this.#forgetIfGone(resource, opened).error };
  }

  async logs(namespace: string, pod: string, options: LogOptions = {}): Promise<Result<AsyncIterable<Result<string, KubeFailure>>, KubeFailure>> {
    const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));
    const path = `${resourcePath(PODS, namespace, pod, 'log')}${queryOf({
      container: options.container, previous: options.previous ? 'true' : undefined, follow: options.follow ? 'true' : undefined,
      tailLines: number(options.tailLines), sinceSeconds: number(options.sinceSeconds),
    })}`;
    const opened = await this.transport.stream({
      method: 'GET', path, accept: '*/*', headers: this.headers, deadlineMs: options.deadlineMs ?? CALL_MS, maxBytes: OBJECT_BYTES, signal: options.signal, isSecret: false,
    });
    return opened.ok ? ok(logParts(opened.value)) : opened;
  }

  apiVersions(options: CallOptions = {}): Promise<Result<readonly string[], KubeFailure>> {
    return this.discovery.everything(options);
  }

  async serverVersion(options: CallOptions = {}): Promise<Result<ServerVersion, KubeFailure>> {
    const answer = await this.transport.send({
      method: 'GET', path: '/version', headers: this.headers, deadlineMs: options.deadlineMs ?? CALL_MS, maxBytes: OBJECT_BYTES, signal: options.signal, isSecret: false,
    });
    if (!answer.ok) return answer;
    const body = parseJson(answer.value);
    const gitVersion = stringAt(body, 'gitVersion');
    if (gitVersion === undefined) return malformed('/version is not a version');
    return ok({ gitVersion, major: stringAt(body, 'major') ?? '', minor: stringAt(body, 'minor') ?? '' });
  }

  close(): void {
    this.transport.close();
  }

  async #target(object: KubeObject, options: CallOptions): Promise<Result<ResourceInfo, KubeFailure>> {
    const { group, version } = parseApiVersion(object.apiVersion);
    const resource = await this.discovery.resolve(group, object.kind, version, options);
    if (resource.ok && resource.value.namespaced && (object.metadata.namespace ?? '') === '') {
      return err({ code: 'INVALID', httpStatus: 0, message: `${object.kind} ${object.metadata.name} needs a namespace` });
    }
    return resource;
  }

  #write(
    resource: ResourceInfo, object: KubeObject, method: 'POST' | 'PUT' | 'PATCH', name: string | undefined, query: Readonly<Record<string, string | undefined>>, options: WriteOptions, contentType?: string,
  ): Promise<Result<KubeObject, KubeFailure>> {
    const path = `${resourcePath(resource, object.metadata.namespace ?? '', name, options.subresource)}${queryOf(query)}`;
    return this.#object(resource, object.metadata.name, { method, path, body: JSON.stringify(object), contentType }, patient(options));
  }

  async #object(resource: ResourceInfo, name: string, asked: Asked, options: CallOptions): Promise<Result<KubeObject, KubeFailure>> {
    const answer = await this.#send(resource, asked, options);
    if (!answer.ok) return this.#forgetIfGone(resource, answer);
    const body = parseJson(answer.value);
    return isNamed(body) && body.metadata.name === name ? ok(objectOf(body, resource)) : malformed(`the answer is not ${resource.kind} ${name}`);
  }

  #send(resource: ResourceInfo, asked: Asked, options: CallOptions, maxBytes = OBJECT_BYTES): Promise<Result<string, KubeFailure>> {
    const request = { ...asked, headers: this.headers, deadlineMs: options.deadlineMs ?? CALL_MS, maxBytes, signal: options.signal, isSecret: isSecretKind(resource) };
    return options.isUrgent === true ? this.transport.send(request) : this.calls.send(request);
  }

  /** The kind went away under us: what discovery remembers is no longer true. */
  #forgetIfGone<R extends { readonly error: KubeFailure }>(resource: ResourceInfo, failed: R): R {
    if (failed.error.code === 'KIND_NOT_FOUND') this.discovery.invalidate(resource.group);
    return failed;
  }
}

function toPage(text: string, resource: ResourceInfo): Result<ObjectList & { readonly next: string | undefined }, KubeFailure> {
  const body = parseJson(text);
  const items = itemsOf(body);
  const metadata = recordAt(body, 'metadata');
  const resourceVersion = stringAt(metadata, 'resourceVersion');
  if (stringAt(body, 'kind')?.endsWith('List') !== true || items === undefined || resourceVersion === undefined) return malformed(`the answer is not a list of ${resource.kind}`);
  if (!items.every(isNamed)) return malformed(`the list of ${resource.kind} holds something without a name`);
  const next = stringAt(metadata, 'continue');
  return ok({ items: items.map((item) => objectOf(item, resource)), resourceVersion, next: next === '' ? undefined : next });
}

/** kube-apiserver writes the empty list of metadata as null, said and not left out. */
function itemsOf(body: unknown): readonly unknown[] | undefined {
  const isEmpty = stringAt(body, 'kind') === 'PartialObjectMetadataList' && isRecord(body) && body['items'] === null;
  return isEmpty ? [] : arrayAt(body, 'items');
}

function writeQuery(options: WriteOptions): Readonly<Record<string, string | undefined>> {
  return { fieldManager: options.fieldManager, dryRun: options.dryRun ? 'All' : undefined };
}

function patient(options: CallOptions): CallOptions {
  return { ...options, deadlineMs: options.deadlineMs ?? WEBHOOK_MS };
}

/** Groups of Kubernetes itself have no webhook that converts their versions. */
function mayConvert({ group }: ResourceInfo): boolean {
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function isSecretKind(resource: ResourceInfo): boolean {
  return resource.group === '' && resource.kind === 'Secret';
}

function malformed(message: string): Result<never, KubeFailure> {
  return err({ code: 'MALFORMED_RESPONSE', httpStatus: 200, message });
}

function nextLimit(limit: number, pageBytes: number, bytesOfOne: number): number {
  return Math.max(1, Math.min(Math.floor(pageBytes / bytesOfOne), 4 * limit, PAGE_SIZE));
}
