import type { Json, JsonObject } from '#kernel';
import type { RawAnswer } from '../../contract/kubernetes/raw-request.js';

/** An answer without what differs from server to server: identities, versions, times, addresses, and the wording of refusals. */
export function comparableAnswer(answer: RawAnswer): JsonObject {
  const { json, status } = answer;
  if (status >= 400) {
    const causes = at(json, 'details', 'causes');
    const fields = Array.isArray(causes) ? causes.map((cause) => `${String(at(cause, 'reason'))} ${String(at(cause, 'field'))}`): [];
    // some kinds check their metadata twice
    return { status, reason: json['reason'], fields: [...new Set(fields)].toSorted() };
  }
  return { status, object: comparableObject(json) };
}

export function comparableObject(object: JsonObject): JsonObject {
  const { uid, resourceVersion, creationTimestamp, deletionTimestamp, managedFields, ...rest } = record(object['metadata']);
  // a custom resource that is being deleted may show an emptied map of its metadata as null, or empty
  const metadata = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null && JSON.stringify(value) !== '{}'));
  const owners = Array.isArray(managedFields) ? managedFields.map((entry) => without(record(entry), 'time')) : [];
  const spec = without(record(object['spec']), 'clusterIP', 'clusterIPs', 'nodePort');
  const details = record(object['details']);
  return {
    ...object,
    ...(object['spec'] === undefined ? {} : { spec }),
    ...(object['details'] === undefined ? {} : { details: without(details, 'uid') }),
    metadata: {
      ...metadata,
      uid: uid !== undefined, resourceVersion: resourceVersion !== undefined, creationTimestamp: creationTimestamp !== undefined, deletionTimestamp: deletionTimestamp !== undefined,
      // appliers and updaters of one second have no order among each other
      managedFields: owners.toSorted((a, b) => (ownerKey(a) < ownerKey(b) ? -1 : 1)),
    },
  };
}

export function record(value: Json | undefined): JsonObject {
  return isRecord(value) ? value : {};
}

export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, name) => record(here)[name], value);
}

function ownerKey(owner: JsonObject): string {
  return ['manager', 'operation', 'subresource', 'apiVersion'].map((name) => String(owner[name])).join('/');
}

function isRecord(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function without(object: JsonObject, ...names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
