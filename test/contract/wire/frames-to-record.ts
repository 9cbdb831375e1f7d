import { digestOf, digestOfJson } from '#kernel';
import { applicationId, clusterId, hubId, projectId, releaseId, repositoryId, targetId, type Order, type TargetReport } from '#domain';
import { asBuffer, encodeOrder, encodeReport, ORDER_TYPE, type AgentBody, type HubBody } from '#wire';

const id = (last: string): string => `00000000-0000-7000-8000-0000000000${last}`;
const at = new Date('2026-11-01T12:00:00.000Z');
const header = {
  hub: hubId(id('01')), audience: clusterId(id('02')), target: targetId(id('03')), epoch: 1n, generation: 42n,
  project: { id: projectId(id('04')), name: 'default' }, application: { id: applicationId(id('05')), name: 'podinfo' }, issuedAt: at, expiresAt: new Date('2026-11-02T12:00:00.000Z'),
};
const parameters = { replicas: 3, tier: 'gold' };

/** Orders of every kind. */
export const ORDERS: Readonly<Record<string, Order>> = {
  'order-assignment': {
    ...header, kind: 'ASSIGNMENT',
    release: {
      id: releaseId(id('06')), commit: 'a'.repeat(40), ref: 'refs/heads/main', sourceDigest: digestOf('source'), path: 'apps/podinfo', renderer: 'KUSTOMIZE', namespace: 'podinfo', substitute: true,
      repository: { id: repositoryId(id('07')), url: 'https://git.example.com/fleet.git', credentialDigest: digestOf('credentials') },
    },
    parameters, parametersDigest: digestOfJson(parameters), sync: { prune: true, drift: 'REPORT' }, approvedPrunes: [digestOf('plan')],
  },
  'order-assignment-policy': {
    ...header, kind: 'ASSIGNMENT',
    release: {
      id: releaseId(id('06')), commit: 'a'.repeat(40), ref: 'refs/heads/main', sourceDigest: digestOf('source'), path: 'charts/podinfo', renderer: 'HELM', namespace: 'podinfo', substitute: false,
      repository: { id: repositoryId(id('07')), url: 'https://git.example.com/fleet.git', credentialDigest: undefined }, helm: { valuesFiles: ['prod.yaml'], releaseName: 'blue', skipHooks: true },
    },
    parameters, parametersDigest: digestOfJson(parameters), approvedPrunes: [],
    patches: [{ target: { group: 'apps', kind: 'Deployment', namespace: 'podinfo', name: 'podinfo' }, patch: 'spec: {replicas: 2}' }], dependsOn: ['certs'],
    health: [{ group: 'example.com', kind: 'Widget', healthy: 'object.status.ready', progressing: 'true', degraded: 'false', suspended: 'false', message: "'text'" }],
    sync: { prune: false, drift: 'HEAL', ignore: [{ group: 'apps', kind: 'Deployment', namespace: 'podinfo', name: 'podinfo', jsonPointers: ['/spec/replicas'], managers: ['hpa'], when: 'true' }] },
  },
  'order-assignment-archive': {
    ...header, kind: 'ASSIGNMENT',
    release: {
      id: releaseId(id('06')), commit: digestOf('archive'), ref: 'podinfo@6.x', sourceDigest: digestOf('archive'), path: '', renderer: 'HELM', namespace: 'podinfo', substitute: false,
      repository: { id: repositoryId(id('07')), url: 'oci://registry.example.com/charts', credentialDigest: digestOf('credential') }, helm: { valuesFiles: [], releaseName: '', skipHooks: false },
      archive: { type: 'OCI', location: 'https://registry.example.com/v2/charts/podinfo/blobs/x', isChart: true },
    },
    parameters, parametersDigest: digestOfJson(parameters), sync: { prune: true, drift: 'HEAL' }, approvedPrunes: [],
  },
  'order-assignment-sources': {
    ...header, kind: 'ASSIGNMENT',
    release: {
      id: releaseId(id('06')), commit: digestOf('archive'), ref: 'podinfo@6.x', sourceDigest: digestOf('all'), path: '', renderer: 'HELM', namespace: 'podinfo', substitute: false,
      repository: { id: repositoryId(id('07')), url: 'https://charts.example.com/stable', credentialDigest: undefined }, helm: { valuesFiles: ['$env/prod.yaml'], releaseName: '', skipHooks: false },
      archive: { type: 'HELM', location: 'https://charts.example.com/stable/podinfo-6.5.0.tgz', isChart: true },
      sources: [{ name: 'env', repository: { id: repositoryId(id('08')), url: 'https://git.example.com/env.git', credentialDigest: digestOf('credential') }, commit: 'a'.repeat(40), ref: 'main', path: 'values' }],
    },
    parameters, parametersDigest: digestOfJson(parameters), sync: { prune: true, drift: 'HEAL' }, approvedPrunes: [],
  },
  'order-assignment-requires': {
    ...header, kind: 'ASSIGNMENT', unknownFeatures: ['orders.of-a-newer-hub'],
    release: {
      id: releaseId(id('06')), commit: 'a'.repeat(40), ref: 'refs/heads/main', sourceDigest: digestOf('source'), path: 'apps/podinfo', renderer: 'PLAIN', namespace: 'podinfo', substitute: false,
      repository: { id: repositoryId(id('07')), url: 'https://git.example.com/fleet.git', credentialDigest: undefined },
    },
    parameters, parametersDigest: digestOfJson(parameters), sync: { prune: true, drift: 'HEAL' }, approvedPrunes: [], patches: [{ target: { kind: 'ConfigMap' }, patch: 'data: {a: b}' }],
  },
  'order-tombstone-dependent': { ...header, kind: 'TOMBSTONE', mode: 'DELETE', approvedRemovals: [], dependsOn: ['certs'] },
  'order-tombstone': { ...header, kind: 'TOMBSTONE', mode: 'DELETE', approvedRemovals: [digestOf('removal')] },
};

const report: TargetReport = {
  target: targetId(id('03')), epoch: 1n, generation: 42n, release: releaseId(id('06')), commit: 'a'.repeat(40), renderDigest: digestOf('rendered'), sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL',
  message: 'three objects would go', health: 'DEGRADED', healthMessage: 'a pod does not start', objectCount: 12, healedCount: 2, observedAt: at,
  unhealthy: [{ ref: { group: 'apps', kind: 'Deployment', namespace: 'podinfo', name: 'podinfo' }, health: 'DEGRADED', message: 'ImagePullBackOff' }],
  drifted: [{ ref: { group: '', kind: 'ConfigMap', namespace: 'podinfo', name: 'settings' }, kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['.data.color'], changes: [], healedAt: undefined }],
  pendingRemoval: { digest: digestOf('plan'), total: 3, objects: [{ group: '', kind: 'PersistentVolumeClaim', namespace: 'podinfo', name: 'data' }] },
};

/** Drift with values came later. */
const reportWithValues: TargetReport = {
  ...report,
  drifted: [
    {
      ref: { group: '', kind: 'ConfigMap', namespace: 'podinfo', name: 'settings' }, kind: 'CHANGED', managers: ['kubectl-edit'], fields: ['data.color', 'data.size'], healedAt: at,
      changes: [
        { path: 'data.color', manager: 'kubectl-edit', expected: '"blue"', live: '"red"', isMasked: true, isTruncated: true },
        { path: 'data.size', manager: undefined, expected: '"5"', live: undefined, isMasked: false, isTruncated: false },
      ],
    },
  ],
};

/** What is kept came later still; to keep nothing is said. */
const reportsWithKept: readonly TargetReport[] = [{ ...report, kept: ['0123456789abcdef'.repeat(2), 'f'.repeat(32)] }, { ...report, kept: [] }];

/** One frame of an agent of every kind, with every field set. */
export const AGENT_FRAMES: Readonly<Record<string, AgentBody>> = {
  'agent-hello': {
    $case: 'hello',
    value: {
      protocol: 1, agentVersion: '0.1.0', capabilities: ['chunks', 'orders.tombstone'], rootDigest: digestOf('root'), epoch: 1n, lastReportSequence: 7n, credentialDigests: { [id('07')]: digestOf('credentials') },
      signingKeyIds: ['k1'], facts: { kubernetesVersion: 'v1.36.3', provider: 'kind', region: 'eu', nodes: 3, custom: { gpu: 'none' } },
    },
  },
  'agent-heartbeat': { $case: 'heartbeat', value: { sequence: 9n, rootDigest: digestOf('root') } },
  'agent-target-digests': { $case: 'targetDigests', value: { entries: [{ targetId: id('03'), epoch: 1n, generation: 42n, orderDigest: digestOf('order') }], floorEpoch: 0n, floorGeneration: 0n } },
  'agent-reports': { $case: 'reports', value: { sequence: 8n, reports: [encodeReport(report)] } },
  'agent-reports-values': { $case: 'reports', value: { sequence: 9n, reports: [encodeReport(reportWithValues)] } },
  'agent-reports-kept': { $case: 'reports', value: { sequence: 10n, reports: reportsWithKept.map(encodeReport) } },
  'agent-order-receipts': { $case: 'orderReceipts', value: { receipts: [{ targetId: id('03'), epoch: 1n, generation: 42n, accepted: false, reason: 'STALE_GENERATION' }] } },
  'agent-response': {
    $case: 'response',
    value: {
      requestId: id('08'),
      answer: { $case: 'describedObject', value: { objectJson: '{"kind":"Deployment"}', health: 1, healthMessage: 'ready', events: [{ type: 'Normal', reason: 'Scaled', message: 'up', count: 2, lastSeen: '2026-11-01T12:00:00Z' }] } },
    },
  },
  'agent-response-tree': {
    $case: 'response',
    value: {
      requestId: id('08'),
      answer: {
        $case: 'resourceTree',
        value: {
          nodes: [
            {
              id: 'u1', parentId: 'u0', ref: { group: '', kind: 'Pod', namespace: 'podinfo', name: 'podinfo-1' }, uid: 'u1', health: 1, healthMessage: 'Ready', createdAt: '2026-11-01T12:00:00Z', status: 'Running',
              pod: { ready: 1, total: 2, restarts: 3, containers: ['podinfo'] },
            },
          ],
          truncated: true,
          unread: [{ group: 'batch', kind: 'Job', namespace: 'podinfo', reason: 'FORBIDDEN' }],
        },
      },
    },
  },
  'agent-response-log': { $case: 'response', value: { requestId: id('08'), answer: { $case: 'logPart', value: { text: 'listening\n', last: true, end: 'COMPLETE' } } } },
  'agent-response-failure': { $case: 'response', value: { requestId: id('08'), answer: { $case: 'failure', value: { code: 'NOT_FOUND', message: 'gone' } } } },
  'agent-facts': { $case: 'facts', value: { kubernetesVersion: 'v1.36.3', provider: 'kind', region: 'eu', nodes: 3, custom: { gpu: 'none' } } },
  'agent-goodbye': { $case: 'goodbye', value: { reason: 'LEAVING' } },
  'agent-chunk': { $case: 'chunk', value: { id: '1', index: 1, count: 3, data: Buffer.from('part') } },
  'agent-refused': { $case: 'refused', value: { code: 'UNKNOWN_MESSAGE', detail: 'hub_frame.body' } },
};

const signed = { payload: asBuffer(encodeOrder({ ...header, kind: 'TOMBSTONE', mode: 'ORPHAN', approvedRemovals: [] })), keyId: 'k1', signature: Buffer.alloc(64, 7), type: ORDER_TYPE };

/** One frame of a hub of every kind, with every field set. */
export const HUB_FRAMES: Readonly<Record<string, HubBody>> = {
  'hub-welcome': { $case: 'welcome', value: { protocol: 1, hubVersion: '0.1.0', capabilities: ['chunks'], sessionEpoch: 3n, heartbeatIntervalMs: 10_000, clusterName: 'eu-1', clusterLabels: { env: 'prod' } } },
  'hub-heartbeat-ack': { $case: 'heartbeatAck', value: { sequence: 9n } },
  'hub-digests-wanted': { $case: 'digestsWanted', value: {} },
  'hub-orders': { $case: 'orders', value: { orders: [signed] } },
  'hub-reports-ack': { $case: 'reportsAck', value: { sequence: 8n } },
  'hub-request': {
    $case: 'request',
    value: { requestId: id('08'), deadlineMs: 10_000, question: { $case: 'describeObject', value: { targetId: id('03'), ref: { group: 'apps', kind: 'Deployment', namespace: 'podinfo', name: 'podinfo' } } } },
  },
  'hub-request-list-resources': { $case: 'request', value: { requestId: id('08'), deadlineMs: 10_000, question: { $case: 'listResources', value: { targetId: id('03') } } } },
  'hub-request-read-logs': {
    $case: 'request',
    value: {
      requestId: id('08'), deadlineMs: 600_000,
      question: { $case: 'readLogs', value: { targetId: id('03'), namespace: 'podinfo', pod: 'podinfo-1', container: 'podinfo', previous: true, tailLines: 100, sinceSeconds: 60, follow: true } },
    },
  },
  'hub-cancel-request': { $case: 'cancelRequest', value: { requestId: id('08') } },
  'hub-credentials': {
    $case: 'credentials', value: { repositoryId: id('07'), origin: 'https://git.example.com:443', username: 'git', password: 'not a real one', digest: digestOf('credentials'), dropped: false, sshPrivateKey: '', sshKnownHosts: '' },
  },
  'hub-new-signing-key': { $case: 'newSigningKey', value: { key: signed } },
  'hub-go-away': { $case: 'goAway', value: { reason: 'SHUTTING_DOWN', retryAfterMs: 4_200 } },
  'hub-chunk': { $case: 'chunk', value: { id: '1', index: 0, count: 3, data: Buffer.from('part') } },
  'hub-refused': { $case: 'refused', value: { code: 'OVERLOADED', detail: 'reports' } },
};
