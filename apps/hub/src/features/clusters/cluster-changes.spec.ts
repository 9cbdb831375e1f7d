import { clusterId, principalId } from '#domain';
import { describe, expect, it } from '@jest/globals';
import type { Viewer } from '../../platform/api/index.js';
import { ClusterChanges } from './cluster-changes.js';
import type { ClusterView } from './cluster.js';

const ID = clusterId('00000000-0000-7000-8000-000000000001');
const VIEWER: Viewer = { principalId: principalId('00000000-0000-7000-8000-000000000002'), name: 'p', kind: 'USER', tokenId: 't', permissions: new Set(['cluster:read']), requestId: 'r', origin: 'test' };

const viewWith = (env: string): ClusterView => ({
  id: ID, name: 'in', labels: { env }, state: 'ACTIVE', removalDeadline: undefined, version: 1, facts: {}, factsAt: undefined, connection: 'CONNECTED', lastSeenAt: undefined, agentVersion: undefined, createdAt: new Date(0),
});

describe('changes of clusters', () => {
  it('tell the labels with which a cluster leaves, also when they change while it is read', async () => {
    let env = 'prod';
    let relabelled: () => void = () => undefined;
    const hears = new Set<(id: string) => void>();
    const feed = { listen: (_channel: string, hear: (id: string) => void) => (hears.add(hear), () => undefined), onReconnect: () => () => undefined };
    /** Another transaction commits between the two reads. */
    const read = <T>(answer: T): Promise<T> => Promise.resolve(answer).finally(() => relabelled());
    const clusters = { findByIds: () => read([viewWith(env)]), matches: () => read(env === 'prod') };
    const stream = new ClusterChanges(feed, clusters).stream(VIEWER, { ids: undefined, states: undefined, names: undefined, connections: undefined, selector: undefined }, ({ labels }) => labels['env']);
    const say = (): void => hears.forEach((hear) => hear(ID));
    const heard: unknown[] = [];
    const hear = async (): Promise<void> => void heard.push((await stream.next()).value);
    say();
    await hear();
    relabelled = () => {
      relabelled = () => undefined;
      env = 'test';
      say();
    };
    say();
    await hear();
    await hear();
    expect(heard).toEqual(['prod', 'test', 'test']);
  });
});
