import { err, ok, type JsonObject, type Result } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import { parseKubernetesYaml } from '../yaml/parse-kubernetes-yaml.js';

/** What the text of a patch means. */
export type PatchContent =
  | { readonly kind: 'MERGE'; readonly patch: JsonObject; /** The whole object goes. */ readonly isDeletion: boolean }
  | { readonly kind: 'JSON'; readonly operations: readonly JsonObject[] };

/** `what` names places and operations, never a value. */
export interface MalformedPatch {
  readonly what: string;
}

/** Operations of RFC 6902, with the members that each needs beside its path. */
const OPERATIONS: Readonly<Record<string, readonly string[]>> = { add: ['value'], remove: [], replace: ['value'], move: ['from'], copy: ['from'], test: ['value'] };

/** Reads the text of one patch: a mapping is a strategic merge patch, a list a JSON patch. Whether it fits an object shows when it is put on one. Pure. */
export function readPatch(text: string): Result<PatchContent, MalformedPatch> {
  const parsed = parseKubernetesYaml(text, 'the patch');
  if (!parsed.ok) return err({ what: `the patch does not read: ${parsed.error.message}` });
  const [document, ...more] = parsed.value;
  if (document === undefined) return err({ what: 'the patch is empty' });
  if (more.length > 0) return err({ what: 'the patch has several documents: make each a patch of its own' });
  const { value } = document;
  if (isJsonObject(value)) return ok({ kind: 'MERGE', patch: value, isDeletion: value['$patch'] === 'delete' });
  if (!isJsonList(value)) return err({ what: 'the patch is neither a mapping (a strategic merge patch) nor a list (a JSON patch)' });
  const operations: JsonObject[] = [];
  for (const [index, operation] of value.entries()) {
    const what = isJsonObject(operation) ? problemOf(operation) : 'is no mapping with op and path';
    if (what !== undefined || !isJsonObject(operation)) return err({ what: `operation ${index} of the JSON patch ${what}` });
    operations.push(operation);
  }
  return operations.length === 0 ? err({ what: 'the JSON patch has no operations' }) : ok({ kind: 'JSON', operations });
}

function problemOf(operation: JsonObject): string | undefined {
  const { op, path } = operation;
  const needed = typeof op === 'string' && Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op] : undefined;
  if (needed === undefined) return `has not an op of ${Object.keys(OPERATIONS).join(', ')}`;
  for (const [member, pointer] of Object.entries({ path, ...(needed.includes('from') ? { from: operation['from'] } : {}) })) {
    if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/'))) return `has not a ${member} that is a JSON pointer, as /spec/replicas`;
  }
  return needed.includes('value') && operation['value'] === undefined ? `has no value` : undefined;
}
