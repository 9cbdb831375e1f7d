import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { aNamespace, at, type TheServer } from './contract-server.js';
import type { RawRequest } from './raw-request.js';

type Case = readonly [what: string, method: string, path: string, asked: RawRequest, status: number, reason: string | undefined, ...fields: readonly string[]];

const APPLY = 'application/apply-patch+yaml';
const MERGE = 'application/merge-patch+json';

const configMap = (name: string, content: JsonObject = {}, metadata: JsonObject = {}): RawRequest => ({ body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...content } });
const service = (name: string, spec: JsonObject): RawRequest => ({ body: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } });
const deployment = (name: string, container: JsonObject, spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
  spec: { replicas: 0, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'x:1', ...container }] } }, ...spec },
});
const job = (name: string, pod: JsonObject): JsonObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { suspend: true, template: { spec: { containers: [{ name: 'a', image: 'x' }], ...pod } } } });
const cronJob = (name: string, schedule: string): RawRequest => ({ body: { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name }, spec: { schedule, suspend: true, jobTemplate: { spec: job('x', { restartPolicy: 'Never' })['spec'] } } } });
const applied = (body: JsonObject | string): RawRequest => ({ body, contentType: APPLY });
const merged = (body: JsonObject): RawRequest => ({ body, contentType: MERGE });

/** In each path NS is a namespace in which `live` exists: as ConfigMap, Deployment, Job, immutable Secret, Service, StatefulSet and claim. */
const CM = '/api/v1/namespaces/NS/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/NS/deployments';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/NS/leases';
const lease = (name: string, metadata: JsonObject = {}): RawRequest => ({ body: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, ...metadata }, spec: {} } });

const REFUSED: readonly Case[] = [
  ...(['POST', 'PUT', 'PATCH', 'DELETE'] as const).map((method): Case => [
    `${method} with a dry run that is none`, method, `${CM}${method === 'POST' ? '' : '/live'}?dryRun=some`,
    method === 'PATCH' ? merged({}) : method === 'DELETE' ? {} : configMap('live'), 422, 'Invalid', 'dryRun',
  ]),
  ['a dry run that is none in the body of a delete', 'DELETE', `${CM}/live`, { body: { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['some'] } }, 422, 'Invalid', 'dryRun'],
  ['an unknown field validation', 'POST', `${CM}?fieldValidation=Some`, configMap('a'), 422, 'Invalid', 'fieldValidation'],
  ['an unknown deletion policy', 'DELETE', `${CM}/live?propagationPolicy=Some`, {}, 422, 'Invalid', 'propagationPolicy'],
  ['an unknown field, strictly', 'POST', `${CM}?fieldValidation=Strict`, configMap('a', { dataa: {} }), 400, 'BadRequest'],
  ['an unknown field of the metadata, strictly', 'POST', `${CM}?fieldValidation=Strict`, configMap('a', {}, { labelz: {} }), 400, 'BadRequest'],
  ['an unknown field in a replacement, strictly', 'PUT', `${CM}/live?fieldValidation=Strict`, configMap('live', { dataa: {} }), 400, 'BadRequest'],
  ['the name of a manager that is too long', 'POST', `${CM}?fieldManager=${'m'.repeat(129)}`, configMap('a'), 422, 'Invalid', 'fieldManager'],
  ['force without apply', 'PATCH', `${CM}/live?force=true`, merged({}), 422, 'Invalid', 'force'],
  ['an apply without a manager', 'PATCH', `${CM}/live`, applied({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'live' } }), 422, 'Invalid', 'fieldManager'],
  ['an apply without a name', 'PATCH', `${CM}/a?fieldManager=x`, applied({ apiVersion: 'v1', kind: 'ConfigMap' }), 400, 'BadRequest'],
  ['an apply of another name', 'PATCH', `${CM}/a?fieldManager=x`, applied({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } }), 400, 'BadRequest'],
  ['an apply of another kind', 'PATCH', `${CM}/a?fieldManager=x`, applied({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } }), 400, 'BadRequest'],
  ['an apply of a variable twice', 'PATCH', `${DEPLOYMENTS}/a?fieldManager=x`, applied(deployment('a', { env: [{ name: 'A', value: '1' }, { name: 'A', value: '2' }] })), 500, undefined],
  ['an apply of a port twice', 'PATCH', `${DEPLOYMENTS}/a?fieldManager=x`, applied(deployment('a', { ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'TCP' }] })), 500, undefined],
  ['an apply of a finalizer twice', 'PATCH', `${CM}/a?fieldManager=x`, applied({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', finalizers: ['a.b/c', 'a.b/c'] } }), 500, undefined],
  ['an apply of a port without its number', 'PATCH', `${DEPLOYMENTS}/a?fieldManager=x`, applied(deployment('a', { ports: [{ name: 'x' }] })), 422, 'Invalid', 'spec.template.spec.containers[0].ports[0].containerPort'],
  ['an apply to the status of what is not there', 'PATCH', `${DEPLOYMENTS}/a/status?fieldManager=x`, applied({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'a' }, status: {} }), 404, 'NotFound'],
  ['text that is no JSON', 'POST', CM, { body: '{nope' }, 400, 'BadRequest'],
  ['a body of another type', 'POST', CM, { ...configMap('a'), contentType: 'text/plain' }, 415, 'UnsupportedMediaType'],
  ['a patch of another type', 'PATCH', `${CM}/live`, { body: '{}' }, 415, 'UnsupportedMediaType'],
  ['a body of more than 3 MiB', 'POST', CM, configMap('a', { data: { a: 'x'.repeat(3_200_000) } }), 413, 'RequestEntityTooLarge'],
  ['another namespace in the body', 'POST', CM, configMap('a', {}, { namespace: 'other' }), 400, 'BadRequest'],
  ['another name in the body', 'PUT', `${CM}/live`, configMap('other'), 400, 'BadRequest'],
  ['an object without a name', 'POST', CM, { body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} } }, 422, 'Invalid', 'metadata.name'],
  ['a name of 254 characters', 'POST', CM, configMap('a'.repeat(254)), 422, 'Invalid', 'metadata.name'],
  ['a label whose name has a blank', 'POST', CM, configMap('a', {}, { labels: { 'a b': 'x' } }), 422, 'Invalid', 'metadata.labels'],
  ['a label whose name has 64 characters', 'POST', CM, configMap('a', {}, { labels: { ['a'.repeat(64)]: 'x' } }), 422, 'Invalid', 'metadata.labels'],
  ['a label whose value has a blank', 'POST', CM, configMap('a', {}, { labels: { a: 'x y' } }), 422, 'Invalid', 'metadata.labels'],
  ['a label whose value has 64 characters', 'POST', CM, configMap('a', {}, { labels: { a: 'x'.repeat(64) } }), 422, 'Invalid', 'metadata.labels'],
  ['an annotation whose name has a blank', 'POST', CM, configMap('a', {}, { annotations: { 'a b': 'x' } }), 422, 'Invalid', 'metadata.annotations'],
  ['annotations of more than 256 KiB', 'POST', CM, configMap('a', {}, { annotations: { a: 'x'.repeat(262_145) } }), 422, 'Invalid', 'metadata.annotations'],
  ['a finalizer without a domain', 'POST', CM, configMap('a', {}, { finalizers: ['nodomain'] }), 422, 'Invalid', 'metadata.finalizers[0]'],
  ['an owner without a uid', 'POST', CM, configMap('a', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' }] }), 422, 'Invalid', 'metadata.ownerReferences.uid'],
  ['a key of a ConfigMap with a blank', 'POST', CM, configMap('a', { data: { 'a b': 'x' } }), 422, 'Invalid', 'data[a b]'],
  ['a key that is data and binary data', 'POST', CM, configMap('a', { data: { a: 'x' }, binaryData: { a: 'eA==' } }), 422, 'Invalid', 'data[a]'],
  ['more than 1 MiB of data', 'POST', CM, configMap('a', { data: { a: 'x'.repeat(1_048_577) } }), 422, 'Invalid', '[]'],
  ['data of a Secret that is not base64', 'POST', '/api/v1/namespaces/NS/secrets', { body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data: { a: '???' } } }, 400, 'BadRequest'],
  ['a resourceVersion for what is created', 'POST', CM, configMap('a', {}, { resourceVersion: '5' }), 500, undefined],
  ['the replacement of a Lease that is not there, by uid', 'PUT', `${LEASES}/a`, lease('a', { uid: '5' }), 409, 'Conflict'],
  ['a CronJob with a name of 53 characters', 'POST', '/apis/batch/v1/namespaces/NS/cronjobs', cronJob('a'.repeat(53), '0 0 1 1 *'), 422, 'Invalid', 'metadata.name'],
  ['a schedule that is none', 'POST', '/apis/batch/v1/namespaces/NS/cronjobs', cronJob('a', 'nonsense'), 422, 'Invalid', 'spec.schedule'],
  ['a Job whose pods restart always', 'POST', '/apis/batch/v1/namespaces/NS/jobs', { body: job('a', {}) }, 422, 'Invalid', 'spec.template.spec.restartPolicy'],
  ['a Service with a port twice', 'POST', '/api/v1/namespaces/NS/services', service('a', { ports: [{ name: 'a', port: 1 }, { name: 'b', port: 1 }] }), 422, 'Invalid', 'spec.ports[1]'],
  ['a Service of an unknown type', 'POST', '/api/v1/namespaces/NS/services', service('a', { type: 'Some', ports: [{ port: 1 }] }), 422, 'Invalid', 'spec.type'],
  ['another selector of a Deployment', 'PATCH', `${DEPLOYMENTS}/live?fieldManager=x&force=true`, applied({ ...deployment('other', {}), metadata: { name: 'live' } }), 422, 'Invalid', 'spec.selector'],
  ['Recreate beside the settings of a rolling update', 'PATCH', `${DEPLOYMENTS}/live?fieldManager=x&force=true`, applied({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'live' }, spec: { strategy: { type: 'Recreate' } } }), 422, 'Invalid', 'spec.strategy.rollingUpdate'],
  ['a value of a variable that another manager takes from elsewhere', 'PATCH', `${DEPLOYMENTS}/live?fieldManager=x&force=true`, applied(deployment('live', { env: [{ name: 'V', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] })), 422, 'Invalid', 'spec.template.spec.containers[0].env[0].valueFrom'],
  ['other pods of a Job', 'PATCH', '/apis/batch/v1/namespaces/NS/jobs/live', merged({ spec: { completions: 5 } }), 422, 'Invalid', 'spec.completions'],
  ['other data of an immutable Secret', 'PATCH', '/api/v1/namespaces/NS/secrets/live', merged({ data: { a: 'eQ==' } }), 422, 'Invalid', 'data'],
  ['to make an immutable Secret mutable', 'PATCH', '/api/v1/namespaces/NS/secrets/live', merged({ immutable: false }), 422, 'Invalid', 'immutable'],
  ['another type of a Secret', 'PATCH', '/api/v1/namespaces/NS/secrets/live', merged({ type: 'x/y' }), 422, 'Invalid', 'type'],
  ['another address of a Service', 'PATCH', '/api/v1/namespaces/NS/services/live', merged({ spec: { clusterIP: 'None' } }), 422, 'Invalid', 'spec.clusterIPs[0]'],
  ['another service name of a StatefulSet', 'PATCH', '/apis/apps/v1/namespaces/NS/statefulsets/live', merged({ spec: { serviceName: 'other' } }), 422, 'Invalid', 'spec'],
  ['another access mode of a claim', 'PATCH', '/api/v1/namespaces/NS/persistentvolumeclaims/live', merged({ spec: { accessModes: ['ReadWriteMany'] } }), 422, 'Invalid', 'spec'],
  ['to create under a name in the path', 'POST', `${CM}/a`, configMap('a'), 405, 'MethodNotAllowed'],
  ['to patch a collection', 'PATCH', CM, merged({}), 405, 'MethodNotAllowed'],
  ['to replace a collection', 'PUT', CM, configMap('a'), 405, 'MethodNotAllowed'],
  ['to delete a status', 'DELETE', `${DEPLOYMENTS}/live/status`, {}, 405, 'MethodNotAllowed'],
  ['to create without a namespace', 'POST', '/api/v1/configmaps', configMap('a'), 405, 'MethodNotAllowed'],
  ['the status of a kind that has none', 'GET', `${CM}/live/status`, {}, 404, 'NotFound'],
  ['nodes of a namespace', 'GET', '/api/v1/namespaces/NS/nodes', {}, 404, 'NotFound'],
  ['a resource that is not served', 'GET', '/api/v1/namespaces/NS/widgets', {}, 404, 'NotFound'],
  ['a page size that is no number', 'GET', `${CM}?limit=x`, {}, 400, 'BadRequest'],
  ['a continue token of somebody else', 'GET', `${CM}?continue=zzz`, {}, 400, 'BadRequest'],
  ['a list at a version that is no number', 'GET', `${CM}?resourceVersion=x`, {}, 400, 'BadRequest'],
  ['a match of versions without a version', 'GET', `${CM}?resourceVersionMatch=Exact`, {}, 422, 'Invalid', 'resourceVersionMatch'],
  ['initial events for a list', 'GET', `${CM}?sendInitialEvents=true`, {}, 422, 'Invalid', 'sendInitialEvents'],
  ['a field selector that is none', 'GET', `${CM}?fieldSelector=some`, {}, 400, 'BadRequest'],
  ['a field that cannot be selected', 'GET', `${CM}?fieldSelector=spec.x%3Dy`, {}, 400, 'BadRequest'],
  ['a watch with initial events but no match of versions', 'GET', `${CM}?watch=true&sendInitialEvents=true`, {}, 422, 'Invalid', 'resourceVersionMatch'],
];

const LIVE: readonly (readonly [path: string, body: JsonObject])[] = [
  [CM, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'live' } }],
  [DEPLOYMENTS, deployment('live', { env: [{ name: 'V', value: '1' }] })],
  ['/apis/batch/v1/namespaces/NS/jobs', job('live', { restartPolicy: 'Never' })],
  ['/api/v1/namespaces/NS/secrets', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'live' }, immutable: true, data: { a: 'eA==' } }],
  ['/api/v1/namespaces/NS/services', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'live' }, spec: { ports: [{ port: 1 }] } }],
  ['/apis/apps/v1/namespaces/NS/statefulsets', { ...deployment('live', {}, { serviceName: 'live' }), kind: 'StatefulSet' }],
  ['/api/v1/namespaces/NS/persistentvolumeclaims', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'live' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
];

export function refusalsContract(server: TheServer): void {
  let place: Promise<string> | undefined;

  it.each(REFUSED)('refuses %s', async (_what, method, path, asked, status, reason, ...fields) => {
    place ??= furnish();
    const namespace = await place;
    const answer = await server().ask(method, path.replace('NS', namespace), asked);
    expect({ status: answer.status, reason: answer.json['reason'], fields: fieldsOf(answer.json) }).toEqual({ status, reason, fields: fields.toSorted() });
  });

  it('changed nothing by all of this', async () => {
    const namespace = await (place ??= furnish());
    for (const [path, body] of LIVE) {
      const left = await server().ask('GET', `${path.replace('NS', namespace)}/live`);
      expect([at(body, 'kind'), at(left.json, 'metadata', 'generation') ?? 1]).toEqual([at(body, 'kind'), 1]);
    }
    expect((await server().ask('GET', `${CM.replace('NS', namespace)}/a`)).status).toBe(404);
  });

  async function furnish(): Promise<string> {
    const namespace = await aNamespace(server().client);
    for (const [path, body] of LIVE) {
      const created = await server().ask('POST', path.replace('NS', namespace), { body });
      if (created.status !== 201) throw new Error(`${path}: HTTP ${created.status} ${created.text}`);
    }
    return namespace;
  }
}

function fieldsOf(status: JsonObject): readonly string[] {
  const causes = at(status, 'details', 'causes');
  return Array.isArray(causes) ? [...new Set(causes.map((cause) => String(at(cause, 'field'))))].toSorted() : [];
}
