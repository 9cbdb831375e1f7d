import { err, ok, type Json, type JsonObject, type Result } from '#kernel';
import { isJsonObject } from '../json/read-json.js';

/** One step into an object, as managedFields spells it: a member, a list item by its merge keys, an item of a set by its value, or an index. */
export type PathStep =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'key'; readonly keys: JsonObject }
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'index'; readonly index: number };

/** The fields of one manager as a tree. */
export interface FieldTree {
  /** Nothing is said below: the manager holds all that is there (a scalar, or an atomic list or map). Not so for a lone `.`, which is the item itself. */
  readonly isWhole: boolean;
  readonly children: readonly { readonly step: PathStep; readonly tree: FieldTree }[];
}

export interface MalformedFields {
  readonly code: 'FIELDS_MALFORMED';
  readonly at: string;
}

/** Deeper than any object that an API server stores. */
const MAX_DEPTH = 200;

/** Reads `fieldsV1` of a managedFields entry. What it does not understand is a failure: half a set would name the wrong manager. */
export function parseFieldsV1(fields: Json, depth = 0): Result<FieldTree, MalformedFields> {
  if (!isJsonObject(fields) || depth > MAX_DEPTH) return err({ code: 'FIELDS_MALFORMED', at: '' });
  const names = Object.keys(fields);
  const children: { step: PathStep; tree: FieldTree }[] = [];
  for (const name of names) {
    if (name === '.') continue;
    const step = parseStep(name);
    const tree = parseFieldsV1(fields[name] ?? null, depth + 1);
    if (step === undefined || !tree.ok) return err({ code: 'FIELDS_MALFORMED', at: name.slice(0, 100) });
    children.push({ step, tree: tree.value });
  }
  return ok({ isWhole: names.length === 0, children });
}

function parseStep(name: string): PathStep | undefined {
  const text = name.slice(2);
  switch (name.slice(0, 2)) {
    case 'f:':
      return { kind: 'field', name: text };
    case 'k:': {
      const keys = parseJson(text);
      return isJsonObject(keys) ? { kind: 'key', keys } : undefined;
    }
    case 'v:': {
      const value = parseJson(text);
      return value === undefined ? undefined : { kind: 'value', value };
    }
    case 'i:':
      return /^\d{1,9}$/.test(text) ? { kind: 'index', index: Number(text) } : undefined;
    default:
      return undefined;
  }
}

function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined; // the caller makes it a failure
  }
}

/**
 * A path for people: `spec.template.spec.containers[name=app].image`. Names of members and merge keys only: an item of a set
 * shows as `finalizers[]`, since what it holds is a value, which may be a secret.
 */
export function formatPath(path: readonly PathStep[]): string {
  return path.map(formatStep).join('').replace(/^\./, '').slice(0, 500);
}

function formatStep(step: PathStep): string {
  switch (step.kind) {
    case 'field':
      return /^[\w-]+$/.test(step.name) ? `.${step.name}` : `[${JSON.stringify(step.name)}]`;
    case 'key':
      return `[${Object.entries(step.keys).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(',')}]`;
    case 'value':
      return '[]';
    case 'index':
      return `[${step.index}]`;
  }
}
