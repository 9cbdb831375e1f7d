import { canonicalJson, type Json } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { foldStringData } from '../object/secret-data.js';
import { formatPath, type PathStep } from './field-paths.js';
import { hasKeys, mergeKeysOf } from './merge-keys.js';
import { isSameScalar, isZero } from './same-value.js';

/** Members of metadata that an application declares; the rest is identity, or the server's. */
const DECLARED_META = ['labels', 'annotations', 'finalizers', 'ownerReferences'];

/**
 * The declared fields that say something else in the cluster, as paths; what the cluster has beyond them is nobody's business.
 * Compares values alone, so it also names what an admission webhook rewrote: where managedFields can tell, `compareApplied` asks them first.
 */
export function changedFields(applied: KubeObject, live: KubeObject): readonly string[] {
  return declaredMembers(applied).flatMap(({ path, declared }) => changedAt(declared, memberOf(foldStringData(live), path), path)).map(formatPath);
}

/** The top-level members of an object that carry declared fields. */
export function declaredMembers(applied: KubeObject): readonly { readonly path: readonly PathStep[]; readonly declared: Json }[] {
  const { apiVersion: _version, kind: _kind, metadata, status: _status, ...rest } = foldStringData(applied);
  const top = Object.entries(rest).map(([name, declared]) => ({ path: [field(name)], declared }));
  const meta = DECLARED_META.map((name) => ({ path: [field('metadata'), field(name)], declared: metadata[name] }));
  return [...meta, ...top].flatMap(({ path, declared }) => (declared === undefined ? [] : [{ path, declared }]));
}

/** Paths below `path` at which `live` differs from `declared`. */
export function changedAt(declared: Json, live: Json | undefined, path: readonly PathStep[]): readonly (readonly PathStep[])[] {
  if (isJsonObject(declared) && isJsonObject(live)) {
    return Object.entries(declared).flatMap(([name, member]) => (member === undefined ? [] : changedAt(member, Object.hasOwn(live, name) ? live[name] : undefined, [...path, field(name)])));
  }
  if (isJsonList(declared) && isJsonList(live)) return changedItems(declared, live, path);
  // A map that is gone and that declared nothing but nothings is still what it was.
  if (isJsonObject(declared) && live === undefined && !isZero(declared)) {
    return Object.entries(declared).flatMap(([name, member]) => (member === undefined ? [] : changedAt(member, undefined, [...path, field(name)])));
  }
  return isSameScalar(declared, live === null ? undefined : live, path) || (isZero(declared) && live === null) ? [] : [path];
}

function changedItems(declared: readonly Json[], live: readonly Json[], path: readonly PathStep[]): readonly (readonly PathStep[])[] {
  const last = path.at(-1);
  const listName = last?.kind === 'field' ? last.name : '';
  if (listName === 'finalizers') return declared.every((item) => live.includes(item)) ? [] : [path];

  const keyed = declared.map((item) => ({ item, keys: mergeKeysOf(listName, item) }));
  const isKeyed = keyed.every(({ keys }) => keys !== undefined) && new Set(keyed.map(({ keys }) => canonicalJson(keys ?? null))).size === keyed.length;
  if (isKeyed) {
    return keyed.flatMap(({ item, keys = {} }) => {
      const at = [...path, { kind: 'key' as const, keys }];
      const [found, ...more] = live.filter((candidate) => hasKeys(candidate, keys));
      // A second item under the same keys changes what ours means.
      return found === undefined || more.length > 0 ? [at] : changedAt(item, found, at);
    });
  }
  if (declared.length !== live.length) return [path];
  return declared.flatMap((item, index) => changedAt(item, live[index], [...path, { kind: 'index', index }]));
}

function memberOf(object: KubeObject, path: readonly PathStep[]): Json | undefined {
  let at: Json | undefined = object;
  for (const step of path) {
    at = step.kind === 'field' && isJsonObject(at) && Object.hasOwn(at, step.name) ? at[step.name] : undefined;
  }
  return at;
}

function field(name: string): PathStep {
  return { kind: 'field', name };
}
