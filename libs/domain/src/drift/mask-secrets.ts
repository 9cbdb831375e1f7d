import type { Json, JsonObject } from '#kernel';
import { isJsonList, isJsonObject, textOf } from '../json/read-json.js';
import { parseApiVersion, type KubeObject } from '../object/kube-object.js';
import type { PathStep } from './field-paths.js';

/** What stands where a secret was. It says nothing of it, not even its length. */
export const MASK = '********';

/** kubectl keeps whole manifests in it, those of Secrets too. */
export const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

/** Members of a Secret that may be shown: everything else of it, known or not, is taken for a secret. */
const SHOWN_OF_SECRETS: readonly (readonly string[])[] = [['type'], ['immutable'], ['metadata', 'labels'], ['metadata', 'finalizers']];
/** Names behind which people put secrets into objects that are no Secrets. */
const TELLING_NAME = /(passw(or)?d|passphrase|token|secret|credentials?|(api|private|access|secret)[-_.]?key)$/i;

export interface Masked {
  readonly value: Json | undefined;
  readonly isMasked: boolean;
}

/** Whether an object is a Secret of the core API, in whatever version. What it is, is what the server says it is. */
export function isSecret(object: KubeObject): boolean {
  return object.kind === 'Secret' && parseApiVersion(object.apiVersion).group === '';
}

/**
 * The value at a path as it may be shown outside of the cluster. Of a Secret only its type, labels and finalizers are; elsewhere copies of manifests, embedded
 * Secrets and values behind telling names (`DB_PASSWORD`) are masked. Pure.
 */
export function maskValue(value: Json | undefined, path: readonly PathStep[], isOfSecret: boolean): Masked {
  if (value === undefined) return { value, isMasked: false };
  const hides = isOfSecret ? !isShownOfSecret(path) : isText(value) && isTelling(path);
  return hides ? { value: MASK, isMasked: true } : maskInside(value, nameOfStep(path.at(-1)));
}

function isShownOfSecret(path: readonly PathStep[]): boolean {
  return SHOWN_OF_SECRETS.some((shown) => shown.every((name, index) => path[index]?.kind === 'field' && path[index].name === name));
}

/** By the last name of a path; a `value` goes by the name of the item (an environment variable) or of the field that it stands in. */
function isTelling(path: readonly PathStep[]): boolean {
  const last = path.at(-1);
  if (last?.kind !== 'field') return false;
  return isTellingName((last.name === 'value' ? nameOfStep(path.at(-2)) : undefined) ?? last.name);
}

function nameOfStep(step: PathStep | undefined): string | undefined {
  return step?.kind === 'key' ? textOf(step.keys, 'name') : step?.kind === 'field' ? step.name : undefined;
}

function isTellingName(name: string): boolean {
  return name === LAST_APPLIED_ANNOTATION || TELLING_NAME.test(name);
}

/** @param holder name of the field that holds the value; undefined for an item of a list */
function maskInside(value: Json, holder: string | undefined): Masked & { readonly value: Json } {
  if (isJsonList(value)) {
    const items = value.map((item) => maskInside(item, undefined));
    return { value: items.map((item) => item.value), isMasked: items.some((item) => item.isMasked) };
  }
  if (!isJsonObject(value)) return { value, isMasked: false };
  const isEmbeddedSecret = value['kind'] === 'Secret';
  const namesOfValue = [textOf(value, 'name'), holder].filter((name) => name !== undefined);
  let isMasked = false;
  const members = Object.entries(value).map(([name, member]): readonly [string, Json] => {
    const hides = isTellingMember(name, member, namesOfValue) || (isEmbeddedSecret && (name === 'data' || name === 'stringData'));
    const inside = hides ? { value: MASK, isMasked: true } : maskInside(member ?? null, name);
    isMasked ||= inside.isMasked;
    return [name, inside.value];
  });
  const shown: JsonObject = Object.fromEntries(members);
  return { value: shown, isMasked };
}

function isTellingMember(name: string, member: Json | undefined, namesOfValue: readonly string[]): boolean {
  return isText(member) && (isTellingName(name) || (name === 'value' && namesOfValue.some(isTellingName)));
}

/** A map or list behind a telling name is named after what it holds, which has names of its own; a yes or no is a setting. */
function isText(value: Json | undefined): boolean {
  return typeof value === 'string' || typeof value === 'number';
}
