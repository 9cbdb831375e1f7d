import type { Json, JsonObject } from '#kernel';
import { fieldOf, isJsonObject } from '../json/read-json.js';
import type { ObjectMeta } from '../object/kube-object.js';
import { FIELD_MANAGER } from '../object/ownership.js';

/**
 * Field managers of tools that put objects into a cluster from manifests, as these tools call themselves. When an object of theirs is taken
 * over, their fields are what Git now speaks for. People (`kubectl-edit`), autoscalers and controllers are not among them.
 */
const TOOLS: ReadonlySet<string> = new Set([
  'kubectl', 'kubectl-client-side-apply', 'kubectl-create', 'kubectl-replace', 'before-first-apply', 'helm', 'argocd-controller', 'argocd-application-controller', 'kustomize-controller', 'helm-controller',
]);

export function isDeployTool(manager: string): boolean {
  return TOOLS.has(manager);
}

/**
 * The managed fields of an object that is taken over: everything that deploy tools hold becomes ours, as if we had applied it, so that our next
 * apply removes what Git does not declare and nothing of theirs stands in its way. What others hold, and what is about a subresource, stays.
 * undefined: no tool holds anything. Pure.
 *
 * @param apiVersion under which we apply: fields held under another version of the kind stay, since they may be called differently there
 */
export function handOverFields(live: ObjectMeta, apiVersion: string): readonly Json[] | undefined {
  const all = live.managedFields ?? [];
  const [theirs, rest] = [all.filter((entry) => isHandedOver(entry, apiVersion)), all.filter((entry) => !isHandedOver(entry, apiVersion))];
  if (theirs.length === 0) return undefined;
  const ours = rest.find((entry) => isOurs(entry, apiVersion));
  const fields = [...theirs, ...(ours === undefined ? [] : [ours])].map((entry) => fieldOf(entry, 'fieldsV1')).reduce<JsonObject>((joined, more) => (isJsonObject(more) ? joinFields(joined, more) : joined), {});
  return [...rest.filter((entry) => entry !== ours), { manager: FIELD_MANAGER, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1: fields }];
}

function isHandedOver(entry: Json, apiVersion: string): boolean {
  const manager = fieldOf(entry, 'manager');
  // kubectl of old called itself that whatever it did: only an apply surely came from a manifest.
  const isFromManifest = manager !== 'kubectl' || fieldOf(entry, 'operation') === 'Apply';
  return typeof manager === 'string' && isDeployTool(manager) && isFromManifest && fieldOf(entry, 'apiVersion') === apiVersion && isOfWhole(entry);
}

function isOurs(entry: Json, apiVersion: string): boolean {
  return fieldOf(entry, 'manager') === FIELD_MANAGER && fieldOf(entry, 'operation') === 'Apply' && fieldOf(entry, 'apiVersion') === apiVersion && isOfWhole(entry);
}

function isOfWhole(entry: Json): boolean {
  return (fieldOf(entry, 'subresource') ?? '') === '';
}

/** Everything that either of two records of held fields says. */
export function joinFields(a: JsonObject, b: JsonObject): JsonObject {
  const joined: { [key: string]: Json | undefined } = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = joined[key];
    if (value !== undefined) joined[key] = isJsonObject(known) && isJsonObject(value) ? joinFields(known, value) : value;
  }
  return joined;
}
