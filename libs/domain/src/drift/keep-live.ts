import { canonicalJson, type Json, type JsonObject } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { foldStringData } from '../object/secret-data.js';
import { changedAt, declaredMembers } from './changed-fields.js';
import { isCovered, type FieldCover } from './field-cover.js';
import { fieldManagersOf, treeAt, type FieldManager } from './field-managers.js';
import type { PathStep } from './field-paths.js';
import { stepInto, valueAt } from './field-value.js';
import { mergeKeysOf } from './merge-keys.js';

interface Keeping {
  readonly declared: KubeObject;
  readonly cover: FieldCover;
  readonly managers: readonly FieldManager[];
  /** Hears of each field that is sent with another value than the declared one. */
  readonly note: (path: readonly PathStep[]) => void;
}

export interface KeptLive {
  readonly body: KubeObject;
  /** The fields of `body` that say something else than what is declared, or are not in it. */
  readonly kept: readonly (readonly PathStep[])[];
}

/**
 * What to send of a declared object so that its covered fields stay as they are: they carry the live value. They are not left out, since what only
 * we own would be removed with that (a Deployment falls to one replica); what is not there live is not sent. Nothing is
 * sent that is not declared. Pure.
 */
export function keepLive(declared: KubeObject, live: KubeObject, cover: FieldCover): KeptLive {
  const folded = foldStringData(declared);
  const kept: (readonly PathStep[])[] = [];
  const keeping: Keeping = { declared: folded, cover, managers: fieldManagersOf(live), note: (path) => void kept.push(path) };
  const metadata: { [name: string]: Json | undefined } = { ...folded.metadata };
  const top: { [name: string]: Json | undefined } = { ...folded };
  for (const { path, declared: member } of declaredMembers(folded)) {
    const name = fieldName(path.at(-1));
    const value = keepAt(member, valueAt(live, path), path, keeping);
    if (path.length === 2) metadata[name] = value;
    else top[name] = value;
  }
  const { apiVersion, kind } = folded;
  return { body: { ...present(top), apiVersion, kind, metadata: { ...present(metadata), name: folded.metadata.name } }, kept };
}

/** undefined: nothing of it is to be sent. */
function keepAt(declared: Json, live: Json | undefined, path: readonly PathStep[], keeping: Keeping): Json | undefined {
  if (isJsonObject(declared) && (isJsonObject(live) || live === undefined) && Object.keys(declared).length > 0) return keepMembers(declared, live, path, keeping);
  if (isJsonList(declared) && (isJsonList(live) || live === undefined) && declared.length > 0) return keepItems(declared, live, path, keeping);
  if (!isCovered(path, keeping.cover, keeping.declared, keeping.managers)) return declared;
  return isJsonObject(declared) && isJsonObject(live) ? declared : keepWhole(declared, live, path, keeping);
}

function keepWhole(declared: Json, live: Json | undefined, path: readonly PathStep[], { note }: Keeping): Json | undefined {
  // An item that is gone is gone as one.
  const changed = path.at(-1)?.kind === 'key' && live === undefined ? [path] : changedAt(declared, live, path);
  for (const one of changed) note(one);
  return live;
}

function keepMembers(declared: JsonObject, live: JsonObject | undefined, path: readonly PathStep[], keeping: Keeping): Json | undefined {
  const members = Object.entries(declared).flatMap(([name, member]): (readonly [string, Json])[] => {
    if (member === undefined) return [];
    const step: PathStep = { kind: 'field', name };
    const kept = keepAt(member, stepInto(live, step), [...path, step], keeping);
    return kept === undefined ? [] : [[name, kept]];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function keepItems(declared: readonly Json[], live: readonly Json[] | undefined, path: readonly PathStep[], keeping: Keeping): Json | undefined {
  const keys = itemKeys(declared, path, keeping);
  if (keys !== undefined) {
    const items = declared.flatMap((item, index): Json[] => {
      const step: PathStep = { kind: 'key', keys: keys[index] ?? {} };
      const at = [...path, step];
      const there = stepInto(live, step);
      const kept = there === undefined && isCovered(at, keeping.cover, keeping.declared, keeping.managers) ? keepWhole(item, there, at, keeping) : keepAt(item, there, at, keeping);
      // What tells the item apart goes with whatever is sent of it.
      return kept === undefined ? [] : [isJsonObject(kept) && isJsonObject(item) ? { ...ownKeys(item, step.keys), ...kept } : kept];
    });
    return items.length === 0 ? undefined : items;
  }
  if (isSet(path, keeping)) {
    const items = declared.filter((value) => {
      const at: readonly PathStep[] = [...path, { kind: 'value', value }];
      const isKept = live?.includes(value) !== true && isCovered(at, keeping.cover, keeping.declared, keeping.managers);
      if (isKept) keeping.note(at);
      return !isKept;
    });
    return items.length === 0 ? undefined : items;
  }
  if (live?.length === declared.length && !isCovered(path, keeping.cover, keeping.declared, keeping.managers)) {
    return declared.map((item, index) => keepAt(item, live[index], [...path, { kind: 'index', index }], keeping) ?? item);
  }
  return isCovered(path, keeping.cover, keeping.declared, keeping.managers) ? keepWhole(declared, live, path, keeping) : declared;
}

/** The keys of each item, where the list is one whose items are told apart; as the managers' records say, else by what is known of built-in kinds. */
function itemKeys(declared: readonly Json[], path: readonly PathStep[], { managers }: Keeping): readonly JsonObject[] | undefined {
  const trees = managers.map((manager) => treeAt(manager, path)).filter((tree) => tree !== undefined);
  if (trees.some(({ isWhole }) => isWhole)) return undefined;
  const told = trees.flatMap(({ children }) => children.flatMap(({ step }) => (step.kind === 'key' ? [Object.keys(step.keys)] : [])))[0];
  const listName = fieldName(path.at(-1));
  const found = declared.map((item) => mergeKeysOf(listName, item) ?? (told === undefined || !isJsonObject(item) ? undefined : pick(item, told)));
  const keys = found.filter((one) => one !== undefined);
  const isKeyed = keys.length === declared.length && new Set(keys.map((one) => canonicalJson(one))).size === keys.length;
  return isKeyed ? keys : undefined;
}

function isSet(path: readonly PathStep[], { managers }: Keeping): boolean {
  return fieldName(path.at(-1)) === 'finalizers' || managers.some((manager) => treeAt(manager, path)?.children.some(({ step }) => step.kind === 'value') === true);
}

function pick(item: JsonObject, names: readonly string[]): JsonObject | undefined {
  return names.every((name) => item[name] !== undefined) ? Object.fromEntries(names.map((name) => [name, item[name]])) : undefined;
}

function ownKeys(item: JsonObject, keys: JsonObject): JsonObject {
  return Object.fromEntries(Object.keys(keys).flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

function present(members: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

function fieldName(step: PathStep | undefined): string {
  return step?.kind === 'field' ? step.name : '';
}
