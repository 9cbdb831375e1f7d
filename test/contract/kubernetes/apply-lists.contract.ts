import { expect, it } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject } from '#domain';
import { aConfigMap, aDeployment, aNamespace, at, failureOf, must, type TheServer } from './contract-server.js';

const capstan = { fieldManager: 'capstan' };
const other = { fieldManager: 'other' };

export function applyListsContract(server: TheServer): void {
  it('merges containers by name', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aDeployment(namespace, 'web', { image: 'web:1' }, { replicas: 0 }), capstan));
    const sidecar: KubeObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec: { template: { spec: { containers: [{ name: 'sidecar', image: 'proxy:1' }] } } } };
    const both = must(await client.apply(sidecar, other));
    expect(containers(both).map((one) => [at(one, 'name'), at(one, 'image')])).toEqual([['app', 'web:1'], ['sidecar', 'proxy:1']]);
    const after = must(await client.apply(aDeployment(namespace, 'web', { image: 'web:2' }, { replicas: 0 }), capstan));
    expect(containers(after).map((one) => at(one, 'image'))).toEqual(['web:2', 'proxy:1']);
    const without = must(await client.apply({ ...sidecar, spec: {} }, other));
    expect(containers(without).map((one) => at(one, 'name'))).toEqual(['app']);
  });

  it('merges environment variables by name and ports by number and protocol', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired = (env: readonly Json[], ports: readonly Json[]): KubeObject => aDeployment(namespace, 'web', { image: 'web:1', env, ports }, { replicas: 0 });
    must(await client.apply(desired([{ name: 'A', value: '1' }, { name: 'B', value: '1' }], [{ containerPort: 80, name: 'http' }, { containerPort: 53, protocol: 'UDP' }]), capstan));
    const theirs = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec: { template: { spec: { containers: [{ name: 'app', env: [{ name: 'C', value: '1' }], ports: [{ containerPort: 53, protocol: 'TCP' }] }] } } } };
    const both = must(await client.apply(theirs, other));
    expect(names(both, 'env', 'name')).toEqual(['A', 'B', 'C']);
    expect(list(both, 'ports').map((port) => `${at(port, 'containerPort')}/${at(port, 'protocol')}`)).toEqual(['80/TCP', '53/UDP', '53/TCP']);
    const after = must(await client.apply(desired([{ name: 'B', value: '2' }], [{ containerPort: 80, name: 'http' }]), capstan));
    expect(list(after, 'env')).toEqual([{ name: 'B', value: '2' }, { name: 'C', value: '1' }]);
    expect(list(after, 'ports').map((port) => `${at(port, 'containerPort')}/${at(port, 'protocol')}`)).toEqual(['80/TCP', '53/TCP']);
  });

  it('names the item of a list in a conflict', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aDeployment(namespace, 'web', { image: 'web:1', env: [{ name: 'A', value: '1' }] }, { replicas: 0 }), capstan));
    const theirs = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec: { template: { spec: { containers: [{ name: 'app', image: 'web:2', env: [{ name: 'A', value: '2' }] }] } } } };
    const { conflicts = [] } = failureOf(await client.apply(theirs, other));
    expect(conflicts.toSorted((a, b) => a.field.localeCompare(b.field))).toEqual([
      { manager: 'capstan', field: '.spec.template.spec.containers[name="app"].env[name="A"].value' },
      { manager: 'capstan', field: '.spec.template.spec.containers[name="app"].image' },
    ]);
  });

  it('replaces atomic lists as a whole', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired = (args: readonly string[]): KubeObject => aDeployment(namespace, 'web', { image: 'web:1', args }, { replicas: 0 });
    must(await client.apply(desired(['--a', '--b']), capstan));
    expect(list(must(await client.apply(desired(['--b']), capstan)), 'args')).toEqual(['--b']);
    const theirs = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace }, spec: { template: { spec: { containers: [{ name: 'app', args: ['--b', '--c'] }] } } } };
    expect(failureOf(await client.apply(theirs, other)).conflicts).toEqual([{ manager: 'capstan', field: '.spec.template.spec.containers[name="app"].args' }]);
  });

  it('merges ports of a Service by number and protocol', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const service = (ports: readonly Json[]): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace }, spec: { ports, selector: { app: 'web' } } });
    must(await client.apply(service([{ port: 80, name: 'http' }]), capstan));
    const both = must(await client.apply({ ...service([{ port: 443, name: 'https' }]), spec: { ports: [{ port: 443, name: 'https' }] } }, other));
    expect([at(both, 'spec', 'ports', 0, 'port'), at(both, 'spec', 'ports', 1, 'port')]).toEqual([80, 443]);
    const moved = must(await client.apply(service([{ port: 8080, name: 'http' }]), capstan));
    const left = at(moved, 'spec', 'ports');
    expect(Array.isArray(left) ? left.map((port) => at(port, 'port')).toSorted() : left).toEqual([443, 8080]);
  });

  it('treats finalizers as a set', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const finalized = (...finalizers: readonly string[]): KubeObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one', namespace, ...(finalizers.length === 0 ? {} : { finalizers }) } });
    must(await client.apply(finalized('example.com/a'), capstan));
    const both = must(await client.apply(finalized('example.com/b'), other));
    expect(both.metadata.finalizers).toEqual(['example.com/a', 'example.com/b']);
    const after = must(await client.apply(finalized(), capstan));
    expect(after.metadata.finalizers).toEqual(['example.com/b']);
    must(await client.apply(finalized(), other));
  });

  it('counts an empty map as a field of its own', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aConfigMap(namespace, 'one', {}), capstan));
    expect(failureOf(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), other)).conflicts).toEqual([{ manager: 'capstan', field: '.data' }]);
  });
}

function containers(deployment: KubeObject): readonly Json[] {
  const found = at(deployment, 'spec', 'template', 'spec', 'containers');
  return Array.isArray(found) ? found : [];
}

/** A list of the first container. */
function list(deployment: KubeObject, field: string): readonly Json[] {
  const found = at(containers(deployment)[0], field);
  return Array.isArray(found) ? found : [];
}

function names(deployment: KubeObject, field: string, key: string): readonly (Json | undefined)[] {
  return list(deployment, field).map((item) => at(item, key));
}
