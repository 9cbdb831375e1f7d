import { describe, expect, it } from '@jest/globals';
import { parseRequest } from './request-info.js';

describe('parseRequest', () => {
  it.each([
    ['GET', '/api/v1/namespaces/a/configmaps', 'list', { group: '', version: 'v1', namespace: 'a', plural: 'configmaps', name: '', subresource: '' }],
    ['GET', '/api/v1/configmaps?watch=true', 'watch', { group: '', version: 'v1', namespace: '', plural: 'configmaps', name: '', subresource: '' }],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/web/status', 'patch', { group: 'apps', version: 'v1', namespace: 'a', plural: 'deployments', name: 'web', subresource: 'status' }],
    ['GET', '/api/v1/namespaces/a', 'get', { group: '', version: 'v1', namespace: 'a', plural: 'namespaces', name: 'a', subresource: '' }],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update', { group: '', version: 'v1', namespace: 'a', plural: 'namespaces', name: 'a', subresource: 'finalize' }],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection', { group: '', version: 'v1', namespace: 'a', plural: 'pods', name: '', subresource: '' }],
    ['GET', '/api/v1/nodes/n/proxy/a/b', 'get', { group: '', version: 'v1', namespace: '', plural: 'nodes', name: 'n', subresource: 'proxy/a/b' }],
    ['GET', '/apis/apps/v1', 'get', undefined],
    ['GET', '/version', 'get', undefined],
    ['GET', '//', 'get', undefined],
    ['GET', '/api/v1/configmaps/%zz?%', 'get', { group: '', version: 'v1', namespace: '', plural: 'configmaps', name: '%zz', subresource: '' }],
  ])('%s %s is %s', (method, uri, verb, resource) => {
    expect(parseRequest(method, uri)).toMatchObject({ verb, ...(resource === undefined ? {} : { resource }) });
    expect(parseRequest(method, uri).resource).toEqual(resource);
  });
});
