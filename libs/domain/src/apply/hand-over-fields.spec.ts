import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '#kernel';
import { fieldOf, handOverFields, isJsonObject, type ObjectMeta } from '#domain';

const held = (manager: string, fieldsV1: object, more: object = {}) => ({ manager, operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1, ...more });
const live = (...managedFields: readonly object[]): ObjectMeta => JSON.parse(JSON.stringify({ name: 'a', managedFields }));
const ours = (fieldsV1: object) => ({ manager: 'capstan', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1 });

describe('handOverFields', () => {
  it('joins what tools hold into one list of ours', () => {
    const object = live(held('kubectl-client-side-apply', { 'f:data': { '.': {}, 'f:a': {} } }), held('helm', { 'f:data': { 'f:b': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } }));
    expect(handOverFields(object, 'v1')).toEqual([ours({ 'f:data': { '.': {}, 'f:a': {}, 'f:b': {} }, 'f:metadata': { 'f:labels': { 'f:x': {} } } })]);
  });

  it('adds to what we hold already', () => {
    expect(handOverFields(live(ours({ 'f:data': { 'f:c': {} } }), held('argocd-controller', { 'f:data': { 'f:a': {} } }, { operation: 'Apply' })), 'v1')).toEqual([ours({ 'f:data': { 'f:a': {}, 'f:c': {} } })]);
  });

  it.each([
    ['a person', held('kubectl-edit', { 'f:data': { 'f:a': {} } })],
    ['a rollout restart', held('kubectl-rollout', { 'f:spec': {} })],
    ['kubectl of old, which may have been a person', held('kubectl', { 'f:data': {} })],
    ['a controller', held('kube-controller-manager', { 'f:status': {} }, { subresource: 'status' })],
    ['a tool, of a subresource', held('kubectl', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' })],
    ['a tool, under another version', held('helm', { 'f:data': {} }, { apiVersion: 'v1beta1' })],
  ])('leaves alone what is held by %s', (_who, entry) => {
    expect(handOverFields(live(entry), 'v1')).toBeUndefined();
    expect(handOverFields(live(entry, held('helm', { 'f:data': {} })), 'v1')).toEqual([entry, ours({ 'f:data': {} })]);
  });

  it('has nothing to do a second time, and loses no field of anybody', () => {
    const path = fc.constantFrom('f:a', 'f:b', 'f:c');
    const entry = fc.record({ manager: fc.constantFrom('helm', 'kubectl', 'hpa', 'capstan'), a: path, b: path });
    fc.assert(fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
      const object = live(...entries.map(({ manager, a, b }) => held(manager, { [a]: { [b]: {} } }, manager === 'capstan' ? { operation: 'Apply' } : {})).filter((one, index, all) => all.findIndex((other) => other.manager === one.manager) === index));
      const handed = handOverFields(object, 'v1');
      if (handed === undefined) return;
      expect(handOverFields({ ...object, managedFields: handed }, 'v1')).toBeUndefined();
      const leaves = (entries: readonly Json[]) => new Set(entries.flatMap((one) => {
        const fields = fieldOf(one, 'fieldsV1');
        return isJsonObject(fields) ? Object.entries(fields).flatMap(([a, below]) => (isJsonObject(below) ? Object.keys(below).map((b) => `${a}/${b}`) : [])) : [];
      }));
      expect(leaves(handed)).toEqual(leaves(object.managedFields ?? []));
    }));
  });
});
