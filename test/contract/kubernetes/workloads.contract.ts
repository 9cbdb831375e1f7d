import { expect, it } from '@jest/globals';
import type { KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import { BROKEN_TAG, until } from '#testing';
import { aDeployment, aNamespace, at, must, resourceOf, type TheServer } from './contract-server.js';

const capstan = { fieldManager: 'capstan' };
const READY_MS = 60_000;

export function workloadsContract(server: TheServer): void {
  it('brings a Deployment up, and through a change', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aDeployment(namespace, 'web', { image: 'example.com/web:1' }, { replicas: 2 }), capstan));
    const up = await status(client, namespace, 'web', (deployment) => at(deployment, 'status', 'readyReplicas') === 2);
    expect(up).toMatchObject({ status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 } });
    expect(condition(up, 'Available')).toBe('True');
    must(await client.apply(aDeployment(namespace, 'web', { image: 'example.com/web:2' }, { replicas: 3 }), capstan));
    const changed = await status(client, namespace, 'web', (deployment) => at(deployment, 'status', 'observedGeneration') === 2 && at(deployment, 'status', 'updatedReplicas') === 3 && at(deployment, 'status', 'availableReplicas') === 3 && at(deployment, 'status', 'replicas') === 3);
    expect(condition(changed, 'Progressing')).toBe('True');
  });

  it(`never brings up an image with the tag ${BROKEN_TAG}`, async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aDeployment(namespace, 'bad', { image: `example.com/web:${BROKEN_TAG}` }, { replicas: 1 }), capstan));
    await status(client, namespace, 'bad', (deployment) => at(deployment, 'status', 'observedGeneration') === 1 && at(deployment, 'status', 'unavailableReplicas') === 1);
    must(await client.apply(aDeployment(namespace, 'good', { image: 'example.com/web:1' }, { replicas: 1 }), capstan));
    await status(client, namespace, 'good', (deployment) => at(deployment, 'status', 'readyReplicas') === 1);
    const bad = must(await client.get(await resourceOf(client, 'apps/Deployment'), namespace, 'bad'));
    expect(at(bad, 'status', 'readyReplicas') ?? 0).toBe(0);
    expect(condition(bad, 'Available')).toBe('False');
  });

  it('writes the status as another manager, in its own subresource', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired = aDeployment(namespace, 'web', { image: 'example.com/web:1' }, { replicas: 1 });
    must(await client.apply(desired, capstan));
    const up = await status(client, namespace, 'web', (deployment) => at(deployment, 'status', 'readyReplicas') === 1);
    expect(up.metadata.managedFields).toEqual(expect.arrayContaining([expect.objectContaining({ operation: 'Update', subresource: 'status' })]));
    expect(must(await client.apply(desired, capstan)).metadata.generation).toBe(1);
  });
}

function status(client: KubeClient, namespace: string, name: string, isReached: (deployment: KubeObject) => boolean): Promise<KubeObject> {
  let last: KubeObject | undefined;
  return until(`the status of ${name}`, READY_MS, async () => {
    last = must(await client.get(await resourceOf(client, 'apps/Deployment'), namespace, name));
    return isReached(last) ? last : undefined;
  }, () => JSON.stringify(last?.['status']));
}

function condition(deployment: KubeObject, type: string): unknown {
  const conditions = at(deployment, 'status', 'conditions');
  return Array.isArray(conditions) ? at(conditions.find((one) => at(one, 'type') === type), 'status') : undefined;
}
