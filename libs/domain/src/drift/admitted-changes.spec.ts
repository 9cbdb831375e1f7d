import { describe, expect, it } from '@jest/globals';
import type { Json } from '#kernel';
import { admittedChanges, type KubeObject } from '#domain';
import { aManager, anObject } from '#testing';

const widget = (spec: { readonly [name: string]: Json }, ...managedFields: readonly Json[]): KubeObject => anObject('example.com/v1', 'Widget', 'shop/w', { metadata: { managedFields }, spec });
const fieldsOf = (sent: KubeObject, stored: KubeObject): readonly string[] => admittedChanges(sent, stored).map(({ field }) => field);

describe('admittedChanges', () => {
  it('names what the answer to an apply says otherwise than the apply', () => {
    expect(admittedChanges(widget({ a: 1, b: '', c: 'x' }), widget({ a: 2, b: 'filled', c: 'x', d: 'added' }))).toEqual([
      { field: 'spec.a', stored: '2', isFilledIn: false },
      { field: 'spec.b', stored: '"filled"', isFilledIn: true },
    ]);
  });

  it('names what admission dropped', () => {
    expect(admittedChanges(widget({ a: 1 }), widget({}))).toEqual([{ field: 'spec.a', stored: undefined, isFilledIn: false }]);
  });

  it('says nothing of lists of a custom resource that hold items of others too', () => {
    const manager = aManager('capstan', 'Apply', { 'f:spec': { 'f:parts': { 'k:{"id":"a"}': { '.': {}, 'f:id': {} } } } }, { apiVersion: 'example.com/v1' });
    expect(fieldsOf(widget({ parts: [{ id: 'a' }] }), widget({ parts: [{ id: 'z' }, { id: 'a' }] }, manager))).toEqual([]);
    expect(fieldsOf(widget({ parts: [{ id: 'a' }] }), widget({ parts: [{ id: 'z' }] }, manager))).toEqual([]);
    expect(fieldsOf(widget({ parts: [{ id: 'a' }] }), widget({ parts: [{ id: 'z' }] }))).toEqual(['spec.parts[0].id']);
  });
});
