import { err, ok, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { stringAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';

interface FieldTerm {
  readonly path: readonly string[];
  readonly isEqual: boolean;
  readonly value: string;
}

export type FieldSelector = readonly FieldTerm[];

const EXTRA_FIELDS: Readonly<Record<string, readonly string[]>> = {
  '/Pod': ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'status.phase', 'status.podIP'],
  '/Event': ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'reason', 'type'],
  '/Namespace': ['status.phase'],
  '/Secret': ['type'],
};

/** Reads `metadata.name=x,status.phase!=Running`. A field that the kind does not offer is refused, as the real server does. */
export function parseFieldSelector(type: ResourceType, text: string): Result<FieldSelector, string> {
  const offered = ['metadata.name', ...(type.isNamespaced ? ['metadata.namespace'] : []), ...(EXTRA_FIELDS[`${type.group}/${type.kind}`] ?? [])];
  const terms: FieldTerm[] = [];
  for (const part of text.split(',').filter((piece) => piece !== '')) {
    const match = /^([^=!]+)(!=|==|=)(.*)$/.exec(part);
    if (match === null) return err(`invalid selector: ${JSON.stringify(text)}; can't understand ${JSON.stringify(part)}`);
    const [, field = '', operator = '=', value = ''] = match;
    if (!offered.includes(field)) return err(`field label not supported: ${field}`);
    terms.push({ path: field.split('.'), isEqual: operator !== '!=', value });
  }
  return ok(terms);
}

export function matchesFields(selector: FieldSelector, object: KubeObject): boolean {
  return selector.every(({ path, isEqual, value }) => ((stringAt(object, ...path) ?? '') === value) === isEqual);
}
