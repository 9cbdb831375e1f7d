import { err, ok, type JsonObject, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import { badRequest, expired, type ApiFailure } from '../http/api-failure.js';
import { isObject, stringAt } from '../json/read-json.js';
import type { ObjectStore } from '../store/object-store.js';
import { tableOf, type ResourceType } from '../resources/resource-type.js';
import { matchesObject, type ObjectSelector } from '../selectors/object-selector.js';

export interface ListRequest {
  readonly type: ResourceType;
  /** Absent: all namespaces. */
  readonly namespace: string | undefined;
  readonly selector: ObjectSelector;
  /** 0: everything. */
  readonly limit: number;
  /** Empty: from the start. */
  readonly continueToken: string;
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly metadata: JsonObject;
}

/** In a token: goes on with what is there now, whatever the pages before it showed. */
const INCONSISTENT = -1;
const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. ' +
  'Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/**
 * One page of a list. All pages show the moment of the first, which the remembered history gives back; a token from before it is
 * Expired, as after a compaction, with another one that gives the rest as it is now.
 */
export function listObjects(cluster: ClusterContext, request: ListRequest): Result<ListPage, ApiFailure> {
  const start = parseToken(cluster, request.continueToken);
  if (!start.ok) return start;
  const { revision, after } = start.value;
  const all = objectsAt(cluster.store, tableOf(request.type), request.namespace, revision).filter((object) => keyOf(object) > after && matchesObject(request.selector, object));
  const isCut = request.limit > 0 && all.length > request.limit;
  const items = isCut ? all.slice(0, request.limit) : all;
  const last = items.at(-1);
  if (!isCut || last === undefined) return ok({ items, metadata: { resourceVersion: String(revision) } });
  const token = tokenOf(revision, keyOf(last));
  const isCounted = request.selector.labels.length === 0 && request.selector.fields.length === 0;
  return ok({ items, metadata: { resourceVersion: String(revision), continue: token, ...(isCounted ? { remainingItemCount: all.length - items.length } : {}) } });
}

/** The objects of a table as they were at `revision`: those of now with the later changes undone, last first. */
function objectsAt(store: ObjectStore, table: string, namespace: string | undefined, revision: number): readonly KubeObject[] {
  const now = store.list(table, namespace);
  const later = (store.log.since(revision) ?? []).filter((change) => change.table === table && (namespace === undefined || change.object.metadata.namespace === namespace));
  if (later.length === 0) return now;
  const then = new Map(now.map((object) => [keyOf(object), object]));
  for (const { object, previous } of later.toReversed()) {
    if (previous === undefined) then.delete(keyOf(object));
    else then.set(keyOf(previous), previous);
  }
  return [...then.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

function parseToken(cluster: ClusterContext, token: string): Result<{ readonly revision: number; readonly after: string }, ApiFailure> {
  if (token === '') return ok({ revision: cluster.store.revision, after: '' });
  const parsed = parseJsonObject(Buffer.from(token, 'base64url').toString('utf8'));
  const revision = Number(stringAt(parsed, 'rv'));
  const after = stringAt(parsed, 'start');
  if (after === undefined || !Number.isInteger(revision)) return err(badRequest('continue key is not valid'));
  if (revision === INCONSISTENT) return ok({ revision: cluster.store.revision, after });
  if (!cluster.store.log.isForgotten(revision)) return ok({ revision, after });
  return err({ ...expired(EXPIRED), continueToken: tokenOf(INCONSISTENT, after) });
}

function tokenOf(revision: number, after: string): string {
  return Buffer.from(JSON.stringify({ rv: String(revision), start: after })).toString('base64url');
}

function parseJsonObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) && isObject(value) ? value : {};
  } catch {
    return {}; // not one of our tokens: the caller answers 400
  }
}

function isJson(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null;
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}
