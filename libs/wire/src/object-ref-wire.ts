import type { ObjectRef } from '#domain';
import type { ObjectRef as WireObjectRef } from './generated/capstan/agent/v1/report.js';
import { malformed } from './wire-failure.js';
import { readText } from './wire-values.js';

const MAX_NAME = 253;

export function encodeObjectRef(ref: ObjectRef): WireObjectRef {
  return { group: ref.group, kind: ref.kind, namespace: ref.namespace, name: ref.name };
}

/** Reads a reference inside a decoder: throws what `decoding` turns into a failure. */
export function readObjectRef(ref: WireObjectRef | undefined, field: string): ObjectRef {
  if (ref === undefined || ref.kind === '' || ref.name === '') return malformed(field);
  return { group: readText(ref.group, MAX_NAME), kind: readText(ref.kind, MAX_NAME), namespace: readText(ref.namespace, MAX_NAME), name: readText(ref.name, MAX_NAME) };
}
