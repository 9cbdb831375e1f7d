import type { KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import { until } from '#testing';
import { parse } from 'yaml';

const AT_ONCE = 10;
const GONE_MS = 120_000;

/**
 * The baseline: how long the bare server-side applies of these manifests take, as many at once as the agent sends, without Git, checks or records.
 * Applies `before` into a namespace of its own, measures `after` over it, and clears up. Milliseconds.
 */
export async function rawApplyMs(admin: KubeClient, namespace: string, before: readonly string[], after: readonly string[]): Promise<number> {
  await applyAll(admin, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
  const inNamespace = (text: string): KubeObject => {
    const object: KubeObject = parse(text);
    return { ...object, metadata: { ...object.metadata, namespace } };
  };
  await applyAll(admin, before.map(inNamespace));
  const objects = after.map(inNamespace);
  const from = performance.now();
  await applyAll(admin, objects);
  const took = performance.now() - from;
  await removeNamespace(admin, namespace);
  return took;
}

async function applyAll(admin: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  const queue = objects.values();
  const lane = async (): Promise<void> => {
    for (const object of queue) {
      const applied = await admin.apply(object, { fieldManager: 'bench-baseline', force: true });
      if (!applied.ok) throw new Error(`the baseline failed: ${applied.error.code} ${applied.error.message}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function removeNamespace(admin: KubeClient, name: string): Promise<void> {
  const resource = await admin.resolve('', 'Namespace');
  if (!resource.ok) throw new Error(resource.error.message);
  const there = await admin.get(resource.value, '', name);
  if (!there.ok) throw new Error(there.error.message);
  const deleted = await admin.delete(resource.value, '', name, { uid: there.value.metadata.uid ?? '' });
  if (!deleted.ok) throw new Error(deleted.error.message);
  await until(`namespace ${name} is gone`, GONE_MS, async () => {
    const found = await admin.get(resource.value, '', name);
    return !found.ok && found.error.code === 'NOT_FOUND' ? true : undefined;
  });
}
