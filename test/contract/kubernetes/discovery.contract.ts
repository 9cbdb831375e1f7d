import { expect, it } from '@jest/globals';
import { failureOf, must, type TheServer } from './contract-server.js';

export function discoveryContract(server: TheServer): void {
  it.each([
    ['', 'ConfigMap', { version: 'v1', plural: 'configmaps', namespaced: true }],
    ['', 'Secret', { version: 'v1', plural: 'secrets', namespaced: true }],
    ['', 'Service', { version: 'v1', plural: 'services', namespaced: true }],
    ['', 'ServiceAccount', { version: 'v1', plural: 'serviceaccounts', namespaced: true }],
    ['', 'Namespace', { version: 'v1', plural: 'namespaces', namespaced: false }],
    ['apps', 'Deployment', { version: 'v1', plural: 'deployments', namespaced: true }],
    ['coordination.k8s.io', 'Lease', { version: 'v1', plural: 'leases', namespaced: true }],
    ['rbac.authorization.k8s.io', 'ClusterRole', { version: 'v1', plural: 'clusterroles', namespaced: false }],
    ['apiextensions.k8s.io', 'CustomResourceDefinition', { version: 'v1', plural: 'customresourcedefinitions', namespaced: false }],
  ])('resolves %s %s in its preferred version', async (group, kind, expected) => {
    const resource = must(await server().client.resolve(group, kind));
    expect(resource).toMatchObject({ group, kind, ...expected });
    expect(resource.verbs).toEqual(expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']));
  });

  it.each([
    ['a kind that a group lacks', '', 'NoSuchKind', undefined],
    ['a group that is not served', 'no-such-group.example.com', 'ConfigMap', undefined],
    ['a version that is not served', 'apps', 'Deployment', 'v1beta1'],
    ['a version of the core group that is not served', '', 'ConfigMap', 'v2'],
  ])('answers KIND_NOT_FOUND to %s', async (_what, group, kind, version) => {
    expect(failureOf(await server().client.resolve(group, kind, version))).toMatchObject({ code: 'KIND_NOT_FOUND', httpStatus: 404 });
  });

  it('tells the version of the server', async () => {
    expect(must(await server().client.serverVersion())).toEqual({ gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/), major: '1', minor: expect.stringMatching(/^\d+/) });
  });
}
