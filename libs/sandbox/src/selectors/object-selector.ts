import { err, ok, type Result } from '#kernel';
import type { KubeObject } from '#domain';
import { badRequest, type ApiFailure } from '../http/api-failure.js';
import type { ResourceType } from '../resources/resource-type.js';
import { matchesFields, parseFieldSelector, type FieldSelector } from './field-selector.js';
import { matchesLabels, parseLabelSelector, type LabelSelector } from './label-selector.js';

/** What a list or watch selects by. */
export interface ObjectSelector {
  readonly labels: LabelSelector;
  readonly fields: FieldSelector;
}

export function parseObjectSelector(type: ResourceType, labelSelector: string, fieldSelector: string): Result<ObjectSelector, ApiFailure> {
  const labels = parseLabelSelector(labelSelector);
  if (!labels.ok) return err(badRequest(labels.error));
  const fields = parseFieldSelector(type, fieldSelector);
  return fields.ok ? ok({ labels: labels.value, fields: fields.value }) : err(badRequest(fields.error));
}

export function matchesObject(selector: ObjectSelector, object: KubeObject): boolean {
  return matchesLabels(selector.labels, object.metadata.labels ?? {}) && matchesFields(selector.fields, object);
}
