import { err, ok, type Result } from '#kernel';
import { argoSyncOption, ARGO_SYNC_OPTIONS } from '../object/argo-sync-options.js';
import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import type { ObjectMeta } from '../object/kube-object.js';

/** How one object wants to be applied. */
export interface ApplyOptions {
  /** CREATE_ONLY: created where it is missing, and never changed. SKIP: not ours at all. */
  readonly mode: 'APPLY' | 'CREATE_ONLY' | 'SKIP';
  /** Take fields that other managers hold. */
  readonly force: boolean;
  /** Delete it and create it again where the API server refuses a change of a field for good. */
  readonly replace: boolean;
}

const PLAIN: ApplyOptions = { mode: 'APPLY', force: false, replace: false };
const WORDS: readonly string[] = ['force', 'replace', 'create-only', 'skip'];
const MAX_SHOWN = 60;

/**
 * What the annotations say of how an object is applied. `capstan.dev/apply` decides alone where it is given; else Argo CD's options count:
 * `Replace=true` takes every field, as a replace does, and `Force=true` may delete as well. Pure.
 *
 * @returns an error that names the annotation and what it takes, without the object
 */
export function readApplyOptions(meta: ObjectMeta): Result<ApplyOptions, string> {
  const stated = meta.annotations?.[AUTHOR_ANNOTATIONS.apply];
  return stated === undefined ? readArgoOptions(meta) : readOwnOptions(stated);
}

/** The same of an object that was prepared: what could not be read was refused then. */
export function applyOptionsOf(meta: ObjectMeta): ApplyOptions {
  if (meta.annotations === undefined) return PLAIN;
  const read = readApplyOptions(meta);
  return read.ok ? read.value : PLAIN;
}

function readOwnOptions(stated: string): Result<ApplyOptions, string> {
  const words = new Set(stated.split(',').map((word) => word.trim()));
  const takes = `it takes ${WORDS.join(', ')}, or force and replace together with a comma`;
  const unknown = [...words].find((word) => !WORDS.includes(word));
  if (unknown !== undefined) return err(`${AUTHOR_ANNOTATIONS.apply} is ${show(stated)}; ${takes}`);
  if (words.size > 1 && (words.has('skip') || words.has('create-only'))) return err(`${AUTHOR_ANNOTATIONS.apply} is ${show(stated)}, which contradicts itself; ${takes}`);
  const mode = words.has('skip') ? 'SKIP' : words.has('create-only') ? 'CREATE_ONLY' : 'APPLY';
  return ok({ mode, force: words.has('force'), replace: words.has('replace') });
}

function readArgoOptions(meta: ObjectMeta): Result<ApplyOptions, string> {
  const [force, replace] = [argoSyncOption(meta, 'force'), argoSyncOption(meta, 'replace')];
  const odd = [...force, ...replace].some((value) => value !== 'true' && value !== 'false');
  if (odd) return err(`${ARGO_SYNC_OPTIONS} is ${show(meta.annotations?.[ARGO_SYNC_OPTIONS] ?? '')}; Force and Replace take true or false`);
  return ok({ mode: 'APPLY', force: isTrue(force) || isTrue(replace), replace: isTrue(force) });
}

/** Said twice, the harmless word wins. */
function isTrue(values: readonly string[]): boolean {
  return values.length > 0 && values.every((value) => value === 'true');
}

function show(value: string): string {
  return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}...` : value);
}
