import { expect, it } from '@jest/globals';
import { until } from '#testing';
import { at, type TheServer } from './contract-server.js';
import { aWidgetKind } from './widget-kind.js';

const SPEC = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const GONE_MS = 60_000;

export function definitionEndContract(server: TheServer): void {
  it('empties a definition that is deleted, takes nothing new, and waits for finalizers', async () => {
    const { ask } = server();
    const widgets = await aWidgetKind(server(), [{ name: 'v1', storage: true, spec: SPEC }]);
    await widgets.create('free', {});
    await widgets.create('held', {}, 'v1', { finalizers: ['example.com/wait'] });
    const deleted = await ask('DELETE', widgets.definition);
    expect(deleted).toMatchObject({ status: 200, json: { metadata: { generation: 1, deletionTimestamp: expect.any(String), finalizers: ['customresourcecleanup.apiextensions.k8s.io'] } } });
    await until('what nothing holds is gone', GONE_MS, async () => ((await widgets.get('free')).status === 404 ? true : undefined));
    const ending = await until('the deletion is under way', GONE_MS, async () => {
      const { json } = await ask('GET', widgets.definition);
      return JSON.stringify(at(json, 'status', 'conditions')).includes('InstanceDeletionInProgress') ? json : undefined;
    });
    expect(at(ending, 'status', 'conditions')).toEqual(expect.arrayContaining([expect.objectContaining({ type: 'Terminating', status: 'True', message: 'CustomResource deletion is in progress' })]));
    const refusal = { status: 403, json: { reason: 'Forbidden', message: expect.stringContaining('create not allowed while custom resource definition is terminating'), details: { name: 'late', group: widgets.group, kind: 'widgets' } } };
    await until('creation is refused', GONE_MS, async () => ((await ask('POST', `${widgets.path()}?dryRun=All`, { body: { apiVersion: `${widgets.group}/v1`, kind: 'Widget', metadata: { name: 'late' } } })).status === 403 ? true : undefined));
    expect(await widgets.create('late', {})).toMatchObject(refusal);
    expect(await widgets.apply('late', {}, 'applier')).toMatchObject(refusal);
    expect(await widgets.apply('held', { size: 1 }, 'applier')).toMatchObject({ status: 200, json: { spec: { size: 1 }, metadata: { deletionTimestamp: expect.any(String), finalizers: ['example.com/wait'] } } });
    expect(await ask('PATCH', widgets.definition, { body: { metadata: { labels: { a: 'b' } } }, contentType: 'application/merge-patch+json' })).toMatchObject({ status: 200 });
    expect((await widgets.patch('held', { metadata: { finalizers: null } })).status).toBe(200);
    await until('definition and kind are gone', GONE_MS, async () => ((await ask('GET', widgets.definition)).status === 404 && (await ask('GET', widgets.path())).status === 404 ? true : undefined));
  });

  it('says of a definition that is going that it is still there', async () => {
    const { ask } = server();
    const widgets = await aWidgetKind(server(), [{ name: 'v1', storage: true, spec: SPEC }]);
    await widgets.create('held', {}, 'v1', { finalizers: ['example.com/wait'] });
    const live = await ask('GET', widgets.definition);
    await ask('DELETE', widgets.definition);
    const { spec } = live.json;
    const again = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `widgets.${widgets.group}` }, spec } });
    expect(again).toMatchObject({ status: 409, json: { reason: 'AlreadyExists', message: expect.stringMatching(/^object is being deleted: /) } });
    await until('the object is released', GONE_MS, async () => ((await widgets.patch('held', { metadata: { finalizers: null } })).status === 200 ? true : undefined));
  });
}
