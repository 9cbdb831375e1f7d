import type { JsonObject } from '#kernel';
import { GROUP } from './random-writes.js';

/** A kind whose schema has what definitions in the field have: defaults, limits, each way to merge lists and maps, free-form parts. */
export function widgetDefinition(): JsonObject {
  const port = { type: 'object', required: ['port'], properties: { port: { type: 'integer' }, protocol: { type: 'string', default: 'TCP', enum: ['TCP', 'UDP'] }, note: { type: 'string' } } };
  const spec = {
    type: 'object',
    properties: {
      size: { type: 'integer', minimum: 1, maximum: 10 },
      ports: { type: 'array', items: port, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port', 'protocol'] },
      tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      args: { type: 'array', items: { type: 'string' } },
      nested: { type: 'object', default: {}, properties: { on: { type: 'boolean', default: true }, name: { type: 'string' } } },
      whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { x: { type: 'integer' }, y: { type: 'integer' } } },
      named: { type: 'object', additionalProperties: { type: 'object', properties: { weight: { type: 'integer' } } } },
    },
  };
  const status = { type: 'object', properties: { phase: { type: 'string' } } };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } } }],
    },
  };
}
