import { describe, expect, it } from '@jest/globals';
import { formatTree, type ResourceNodeData } from './format-tree.js';

const node = (id: string, parentId: string | null, kind: string, more: Partial<ResourceNodeData> = {}): ResourceNodeData => ({
  id, parentId, object: { group: kind === 'Pod' || kind === 'Namespace' ? '' : 'apps', kind, namespace: kind === 'Namespace' ? '' : 'shop', name: id }, health: 'HEALTHY', healthMessage: '', createdAt: null, status: '', pod: null, ...more,
});

describe('formatTree', () => {
  it('draws what belongs to what, with what it is doing', () => {
    const nodes = [
      node('web', null, 'Deployment', { status: '1/2 ready', health: 'PROGRESSING', createdAt: '2026-01-10T10:00:00Z' }),
      node('web-1', 'web', 'ReplicaSet'),
      node('web-1-a', 'web-1', 'Pod', { status: 'Running', pod: { ready: 1, total: 1, restarts: 0, containers: ['app'] } }),
      node('web-1-b', 'web-1', 'Pod', { status: 'CrashLoopBackOff', health: 'DEGRADED', pod: { ready: 0, total: 1, restarts: 7, containers: ['app'] } }),
      node('web-0', 'web', 'ReplicaSet'),
      node('shop', null, 'Namespace'),
    ];
    expect(formatTree({ nodes, isTruncated: false, unread: [] }, new Date('2026-01-10T12:00:00Z'))).toBe(
      [
        'OBJECT                         HEALTH        STATUS             READY   RESTARTS   AGE',
        'Deployment.apps shop/web       PROGRESSING   1/2 ready                             2h',
        '├─ReplicaSet.apps shop/web-1   HEALTHY',
        '│ ├─Pod shop/web-1-a           HEALTHY       Running            1/1     0',
        '│ └─Pod shop/web-1-b           DEGRADED      CrashLoopBackOff   0/1     7',
        '└─ReplicaSet.apps shop/web-0   HEALTHY',
        'Namespace shop                 HEALTHY',
        '',
      ].join('\n'),
    );
  });
});
