import type { Json, JsonObject, Random } from '#kernel';
import type { RawRequest } from '../../contract/kubernetes/raw-request.js';

/** One request of a random run. */
export interface RandomWrite extends RawRequest {
  readonly method: string;
  readonly path: string;
}

export const GROUP = 'likeness.example.com';

/** How objects of a kind vary: each call gives another content, in which fields and items come, go and change. */
interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  content(some: Chooser): JsonObject;
  readonly hasStatus?: boolean;
}

/** Small decisions from one source of chance. */
class Chooser {
  constructor(private readonly random: Random) {}

  chance(part: number): boolean {
    return this.random.next() < part;
  }

  of<T>(choices: readonly [T, ...T[]]): T {
    return choices[Math.floor(this.random.next() * choices.length)] ?? choices[0];
  }

  /** Each with a chance of one half, in a random order now and then. */
  some<T>(choices: readonly T[]): readonly T[] {
    const taken = choices.filter(() => this.chance(0.5));
    return this.chance(0.2) ? taken.toReversed() : taken;
  }

  /** Present with a chance of one half. */
  maybe(name: string, value: () => Json): JsonObject {
    return this.chance(0.5) ? { [name]: value() } : {};
  }
}

const KINDS: readonly [Kind, ...Kind[]] = [
  {
    apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps',
    content: (some) => ({ ...some.maybe('data', () => Object.fromEntries(some.some(['a', 'b', 'c']).map((key) => [key, some.of(['1', '2', ''])]))), ...(some.chance(0.1) ? { binaryData: {} } : {}) }),
  },
  {
    apiVersion: 'v1', kind: 'Service', plural: 'services',
    content: (some) => ({
      spec: {
        ...some.maybe('selector', () => ({ app: some.of(['a', 'b']) })),
        ports: [
          { name: 'http', port: some.of([80, 81]), ...some.maybe('targetPort', () => some.of<Json>(['http', 8080])) },
          ...some.some([{ name: 'dns', port: 53, protocol: 'UDP' }, { name: 'dns-tcp', port: 53 }]),
        ],
        ...(some.chance(0.2) ? { sessionAffinity: 'ClientIP' } : {}),
      },
    }),
  },
  {
    apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs',
    content: (some) => ({
      spec: {
        schedule: some.of(['0 0 1 1 *', '0 0 2 1 *']), suspend: true, ...some.maybe('concurrencyPolicy', () => some.of(['Forbid', 'Replace'])),
        jobTemplate: { spec: { ...some.maybe('backoffLimit', () => some.of([0, 3])), template: { ...some.maybe('metadata', () => ({ labels: { app: some.of(['a', 'b']) } })), spec: podSpec(some) } } },
      },
    }),
  },
  {
    apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts',
    content: (some) => ({ ...some.maybe('imagePullSecrets', () => some.some([{ name: 'a' }, { name: 'b' }])), ...some.maybe('automountServiceAccountToken', () => some.chance(0.5)), ...some.maybe('secrets', () => some.some([{ name: 's' }, { name: 't' }])) }),
  },
  {
    apiVersion: `${GROUP}/v1`, kind: 'Widget', plural: 'widgets', hasStatus: true,
    content: (some) => ({
      spec: {
        ...some.maybe('size', () => some.of<Json>([1, 2, 99])),
        ...some.maybe('ports', () => some.some([{ port: 1, note: some.of(['x', 'y']) }, { port: 1, protocol: 'UDP' }, { port: 2, protocol: 'TCP' }])),
        ...some.maybe('tags', () => some.some(['p', 'q', 'r'])),
        ...some.maybe('free', () => some.of<Json>([{ any: { deep: 1 } }, {}, { any: [1, 2] }])),
        ...some.maybe('args', () => some.some(['--a', '--b'])),
        ...some.maybe('nested', () => ({ ...some.maybe('on', () => some.chance(0.5)), ...some.maybe('name', () => some.of(['n', 'm'])) })),
        ...some.maybe('whole', () => ({ ...some.maybe('x', () => 1), ...some.maybe('y', () => some.of([1, 2])) })),
        ...some.maybe('named', () => Object.fromEntries(some.some(['one', 'two']).map((name) => [name, { weight: some.of([1, 2]) }]))),
      },
    }),
  },
];

function podSpec(some: Chooser): JsonObject {
  const container = (name: string): JsonObject => ({
    name,
    image: some.of(['example.com/web:1', 'example.com/web:2', 'example.com/web']),
    ...some.maybe('env', () => some.some([{ name: 'A', value: some.of(['1', '2']) }, some.chance(0.5) ? { name: 'B', value: '1' } : { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }, { name: 'C' }])),
    ...some.maybe('ports', () => some.some([{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }, { containerPort: 53 }])),
    ...some.maybe('args', () => some.some(['--a', '--b'])),
    ...some.maybe('resources', () => ({ ...some.maybe('limits', () => ({ cpu: some.of<Json>(['1', '500m']) })), ...some.maybe('requests', () => ({ memory: '1Gi' })) })),
    ...some.maybe('volumeMounts', () => some.some([{ name: 'data', mountPath: '/data' }, { name: 'data', mountPath: '/other', readOnly: true }])),
    ...some.maybe('securityContext', () => ({ ...some.maybe('runAsNonRoot', () => true), ...some.maybe('capabilities', () => ({ drop: ['ALL'] })) })),
    ...(name === 'init' ? {} : some.maybe('livenessProbe', () => ({ httpGet: { path: '/', port: some.of<Json>(['http', 80]) } }))),
  });
  return {
    restartPolicy: some.of(['Never', 'OnFailure']),
    containers: ['app', ...some.some(['sidecar'])].map(container),
    ...some.maybe('initContainers', () => some.some(['init']).map(container)),
    volumes: [some.chance(0.5) ? { name: 'data', emptyDir: {} } : { name: 'data' }, ...some.some([{ name: 'config', configMap: { name: 'c' } }])],
    ...some.maybe('imagePullSecrets', () => some.some([{ name: 'a' }, { name: 'b' }])),
    ...some.maybe('tolerations', () => some.some([{ key: 'x', operator: 'Exists' }, { key: 'y', operator: 'Exists' }])),
    ...some.maybe('nodeSelector', () => ({ zone: some.of(['a', 'b']) })),
    ...some.maybe('topologySpreadConstraints', () => [{ maxSkew: some.of([1, 2]), topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway' }]),
    ...some.maybe('hostAliases', () => some.some([{ ip: '10.0.0.1', hostnames: ['a'] }, { ip: '10.0.0.2', hostnames: ['b'] }])),
  };
}

/** A run of `count` writes about two objects of one kind, by two appliers and those who update. */
export function randomWrites(random: Random, namespace: string, count: number): readonly RandomWrite[] {
  const some = new Chooser(random);
  const kind = some.of(KINDS);
  return Array.from({ length: count }, () => randomWrite(some, kind, namespace));
}

function randomWrite(some: Chooser, kind: Kind, namespace: string): RandomWrite {
  const name = some.of(['one', 'one', 'two']);
  const collection = `${kind.apiVersion.includes('/') ? '/apis' : '/api'}/${kind.apiVersion}/namespaces/${namespace}/${kind.plural}`;
  const one = `${collection}/${name}`;
  const dryRun = some.chance(0.15) ? '&dryRun=All' : '';
  const object = (): JsonObject => ({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: metadata(some, name), ...kind.content(some) });
  if (kind.hasStatus === true && some.chance(0.1)) {
    const status = { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name }, status: { phase: some.of(['Ready', 'Broken']) } };
    return some.chance(0.5)
      ? { method: 'PATCH', path: `${one}/status?fieldManager=operator${dryRun}`, body: { status: status.status }, contentType: 'application/merge-patch+json' }
      : { method: 'PATCH', path: `${one}/status?fieldManager=operator&force=true${dryRun}`, body: status, contentType: 'application/apply-patch+yaml' };
  }
  const dice = some.of([0, 1, 1, 1, 1, 1, 2, 2, 3, 4]);
  if (dice === 0) return { method: 'POST', path: `${collection}?fieldManager=creator${dryRun}`, body: object() };
  if (dice === 1) return { method: 'PATCH', path: `${one}?fieldManager=${some.of(['capstan', 'capstan', 'other'])}${some.chance(0.4) ? '&force=true' : ''}${dryRun}`, body: object(), contentType: 'application/apply-patch+yaml' };
  if (dice === 2) {
    const { apiVersion: _version, kind: _kind, ...patch } = object();
    const cut = some.chance(0.3) ? { metadata: { labels: null } } : some.chance(0.3) ? { metadata: { annotations: { note: null } } } : patch;
    return { method: 'PATCH', path: `${one}?fieldManager=patcher${dryRun}`, body: cut, contentType: 'application/merge-patch+json' };
  }
  if (dice === 3) return { method: 'PUT', path: `${one}?fieldManager=${some.of(['editor', 'capstan'])}${dryRun}`, body: object() };
  // a garbage collector learns of new kinds every half minute only: theirs go in the background
  const policy = kind.apiVersion.startsWith(GROUP) ? 'Background' : some.of(['Background', 'Foreground', 'Orphan']);
  return { method: 'DELETE', path: `${one}?propagationPolicy=${policy}${dryRun}` };
}

function metadata(some: Chooser, name: string): JsonObject {
  return {
    name,
    ...some.maybe('labels', () => Object.fromEntries(some.some(['x', 'y']).map((key) => [key, some.of(['1', '2'])]))),
    ...some.maybe('annotations', () => Object.fromEntries(some.some(['note', 'more']).map((key) => [key, some.of(['1', '2'])]))),
    ...(some.chance(0.15) ? { finalizers: some.some(['example.com/a', 'example.com/b']) } : {}),
  };
}
