import type { JsonObject } from '#kernel';
import { until } from '#testing';
import { aNamespace, at, type ContractServer } from './contract-server.js';
import type { RawAnswer } from './raw-request.js';

export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const SERVED_MS = 60_000;
let count = 0;

export interface WidgetVersion {
  readonly name: string;
  readonly served?: boolean;
  readonly storage?: boolean;
  /** Schema of the spec. */
  readonly spec: JsonObject;
}

/** A kind of its own in a namespace of its own, spoken to request by request. */
export interface WidgetKind {
  readonly group: string;
  readonly namespace: string;
  readonly definition: string;
  path(version?: string, name?: string): string;
  create(name: string, spec: JsonObject | undefined, version?: string, metadata?: JsonObject): Promise<RawAnswer>;
  apply(name: string, spec: JsonObject, manager: string, version?: string): Promise<RawAnswer>;
  patch(name: string, change: JsonObject, manager?: string, version?: string): Promise<RawAnswer>;
  get(name: string, version?: string): Promise<RawAnswer>;
  /** Puts other versions in place of those that the definition has; the caller waits for what it is after. */
  redefine(versions: readonly WidgetVersion[]): Promise<RawAnswer>;
}

/** Defines the kind and waits until each served version is. */
export async function aWidgetKind(server: ContractServer, versions: readonly WidgetVersion[]): Promise<WidgetKind> {
  count += 1;
  const { ask } = server;
  const group = `w${count}-${process.pid}.example.com`;
  const namespace = await aNamespace(server.client);
  const body = (name: string, spec: JsonObject | undefined, version: string, metadata: JsonObject = {}): JsonObject => ({ apiVersion: `${group}/${version}`, kind: 'Widget', metadata: { ...metadata, name }, spec });
  const kind: WidgetKind = {
    group,
    namespace,
    definition: `${DEFINITIONS}/widgets.${group}`,
    path: (version = 'v1', name = '') => `/apis/${group}/${version}/namespaces/${namespace}/widgets${name === '' ? '' : `/${name}`}`,
    create: (name, spec, version = 'v1', metadata = {}) => ask('POST', `${kind.path(version)}?fieldManager=creator`, { body: body(name, spec, version, metadata) }),
    apply: (name, spec, manager, version = 'v1') => ask('PATCH', `${kind.path(version, name)}?fieldManager=${manager}`, { body: body(name, spec, version), contentType: 'application/apply-patch+yaml' }),
    patch: (name, change, manager = 'patcher', version = 'v1') => ask('PATCH', `${kind.path(version, name)}?fieldManager=${manager}`, { body: change, contentType: 'application/merge-patch+json' }),
    get: (name, version = 'v1') => ask('GET', kind.path(version, name)),
    redefine: (changed) => ask('PATCH', kind.definition, { body: { spec: { versions: changed.map(versionOf) } }, contentType: 'application/merge-patch+json' }),
  };
  const created = await ask('POST', DEFINITIONS, { body: widgetDefinition(group, versions) });
  if (created.status !== 201) throw new Error(`the definition was refused: ${created.text}`);
  for (const { name } of versions.filter(({ served }) => served !== false)) {
    await until(`widgets of ${name} are served`, SERVED_MS, async () => ((await ask('GET', kind.path(name))).status === 200 ? true : undefined));
  }
  return kind;
}

export function widgetDefinition(group: string, versions: readonly WidgetVersion[], more: JsonObject = {}): JsonObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `widgets.${group}` },
    spec: { group, scope: 'Namespaced', names: { kind: 'Widget', plural: 'widgets' }, versions: versions.map(versionOf), ...more },
  };
}

/** The causes of a 422 by reason and field, in no order: a real server keeps none. */
export function causesOf(answer: RawAnswer): readonly string[] {
  const causes = at(answer.json, 'details', 'causes');
  return Array.isArray(causes) ? causes.map((cause) => `${String(at(cause, 'reason'))} ${String(at(cause, 'field'))}`).toSorted() : [];
}

function versionOf({ name, served = true, storage = false, spec }: WidgetVersion): JsonObject {
  const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return { name, served, storage, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status } } } };
}
