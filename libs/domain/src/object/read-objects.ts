import { err, ok, type Json, type Result } from '#kernel';
import { isJsonList, isJsonObject } from '../json/read-json.js';
import { formatObjectRef, objectKey, objectRefOf, type KubeObject } from './kube-object.js';
import { findReservation, type ReservedForAgent } from './reserved-for-agent.js';
import { readObject } from './read-object.js';

/** A parsed document and where it came from. `file` is absent for what a renderer put together. */
export interface SourcedDocument {
  readonly value: Json;
  readonly file?: string | undefined;
  /** From 1; of the document, for the items of a list too. */
  readonly line: number;
}

export interface SourcedObject {
  readonly object: KubeObject;
  readonly file?: string | undefined;
  readonly line: number;
}

/** Why the documents are no set of objects. `message` names files, lines and objects, never values. */
export interface ReadObjectsFailure {
  readonly code: 'INVALID_OBJECT' | 'DUPLICATE_OBJECT' | 'RESERVED_NAMESPACE' | 'NO_OBJECTS' | 'RENDER_LIMIT_EXCEEDED';
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly message: string;
}

export interface ReadObjectsRules {
  /** The application's namespace, where objects without one will go: only to tell whether two objects are one. */
  readonly namespace: string;
  readonly reserved: ReservedForAgent;
  readonly maxObjects: number;
}

/**
 * Documents to Kubernetes objects: lists are flattened, every object must say what it is, be there once, and stay clear of
 * the agent's own. Nothing is left out in silence and an empty result is a failure: absence is never a deletion. Pure.
 */
export function readObjects(documents: readonly SourcedDocument[], rules: ReadObjectsRules): Result<readonly SourcedObject[], ReadObjectsFailure> {
  const objects: SourcedObject[] = [];
  const first = new Map<string, SourcedObject>();
  for (const document of documents.flatMap(flatten)) {
    const read = readObject(document.value);
    if (!read.ok) return fail('INVALID_OBJECT', document, read.error.what);
    const found = { ...document, object: read.value };
    const ref = objectRefOf(read.value);
    const reservation = findReservation(read.value, rules.namespace, rules.reserved);
    if (reservation !== undefined) return fail('RESERVED_NAMESPACE', document, `${formatObjectRef(ref)} ${reservation}`);
    const key = objectKey({ ...ref, namespace: ref.namespace === '' ? rules.namespace : ref.namespace });
    const twin = first.get(key);
    if (twin !== undefined) return fail('DUPLICATE_OBJECT', document, `${formatObjectRef(ref)} is declared twice${twin.file === undefined ? '' : `, first in ${twin.file}:${twin.line}`}`);
    first.set(key, found);
    objects.push({ object: found.object, line: found.line, ...(found.file === undefined ? {} : { file: found.file }) });
    if (objects.length > rules.maxObjects) return err({ code: 'RENDER_LIMIT_EXCEEDED', message: `more than ${rules.maxObjects} objects` });
  }
  return objects.length > 0 ? ok(objects) : err({ code: 'NO_OBJECTS', message: 'no Kubernetes object was found' });
}

function fail(code: ReadObjectsFailure['code'], at: SourcedDocument, what: string): Result<never, ReadObjectsFailure> {
  if (at.file === undefined) return err({ code, message: what });
  return err({ code, file: at.file, line: at.line, message: `${at.file}:${at.line}: ${what}` });
}

/** `kind: List`, and `ConfigMapList` and the like, stand for their items. An object of that kind with a name is an object. */
function flatten(document: SourcedDocument): readonly SourcedDocument[] {
  const { value } = document;
  if (!isJsonObject(value) || typeof value['kind'] !== 'string' || !value['kind'].endsWith('List')) return [document];
  const items = value['items'] ?? (value['kind'] === 'List' && value['apiVersion'] === 'v1' ? [] : undefined);
  if (!isJsonList(items) || (isJsonObject(value['metadata']) && typeof value['metadata']['name'] === 'string')) return [document];
  return items.flatMap((item) => flatten({ ...document, value: item }));
}
