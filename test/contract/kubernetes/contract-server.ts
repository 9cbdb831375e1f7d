import type { Json, JsonObject, Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { KubeClient, KubeFailure, ResourceInfo } from '#kube';
import type { AuditLog } from '#testing';
import type { Ask, RawAnswer } from './raw-request.js';

/** A Kubernetes API that claims the surface which Capstan uses. */
export interface ContractServer {
  /** With all rights. */
  readonly client: KubeClient;
  /** The same rights, request by request. */
  readonly ask: Ask;
  /** Of the requests of everybody but the control plane itself. */
  readonly auditLog: Pick<AuditLog, 'mark' | 'entries' | 'writes' | 'deletes'>;
  /** Makes every resourceVersion that was seen so far too old for a watch, and every token of a list for its next page. */
  expireHistory(): Promise<void>;
  /** The answer to a list of ConfigMaps of the namespace while the server has too much to do. */
  listWhileBusy(namespace: string): Promise<RawAnswer>;
  stop(): Promise<void>;
}

/** The server under test; there is one from the first test on. */
export type TheServer = () => ContractServer;

/** The value of a call that must succeed. */
export function must<T>(result: Result<T, KubeFailure>): T {
  if (!result.ok) throw new Error(`${result.error.code} (HTTP ${result.error.httpStatus}): ${result.error.message}`);
  return result.value;
}

/** The failure of a call that must not succeed. */
export function failureOf<T>(result: Result<T, KubeFailure>): KubeFailure {
  if (result.ok) throw new Error(`expected a failure, got ${JSON.stringify(result.value)}`);
  return result.error;
}

export async function resourceOf(client: KubeClient, apiVersionAndKind: string): Promise<ResourceInfo> {
  const [, group = '', kind = ''] = /^(?:(.*)\/)?([^/]+)$/.exec(apiVersionAndKind) ?? [];
  return must(await client.resolve(group, kind));
}

let count = 0;

/** A fresh namespace: no test sees the objects of another. */
export async function aNamespace(client: KubeClient): Promise<string> {
  count += 1;
  const name = `contract-${process.pid}-${count}`;
  must(await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  return name;
}

export function aConfigMap(namespace: string, name: string, data: { readonly [key: string]: string } = {}, metadata: JsonObject = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata, name, namespace }, data };
}

/** One container, named `app`, merged with what is given. */
export function aDeployment(namespace: string, name: string, container: JsonObject, spec: JsonObject = {}): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: { ...spec, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', ...container }] } } },
  };
}

/** What lies at a path of an object: names, and positions in lists. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let current: unknown = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([key]) => key === String(step))?.[1];
  }
  return isJson(current) ? current : undefined;
}

function isJson(value: unknown): value is Json | undefined {
  return value === undefined || value === null || ['string', 'number', 'boolean', 'object'].includes(typeof value);
}

/** The managedFields entry of one manager, without its time. */
export function managedBy(object: KubeObject, manager: string): Json | undefined {
  const entry = object.metadata.managedFields?.find((one) => at(one, 'manager') === manager);
  return entry === undefined ? undefined : { operation: at(entry, 'operation'), apiVersion: at(entry, 'apiVersion'), fields: at(entry, 'fieldsV1') };
}
