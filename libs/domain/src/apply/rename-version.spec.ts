import { describe, expect, it } from '@jest/globals';
import type { Json } from '#kernel';
import { renameVersion } from '#domain';

const held = (manager: string, apiVersion: string, fieldsV1: Json, more: { readonly [name: string]: Json } = {}): Json => ({ manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1, ...more });
const renamed = (...entries: readonly Json[]): readonly Json[] => renameVersion(entries, 'example.com/v1beta1', 'example.com/v1');

describe('renameVersion', () => {
  it('leaves to everybody what he holds, under the version that is served', () => {
    const other = held('other', 'example.com/v1', { 'f:spec': { 'f:b': {} } });
    expect(renamed(held('capstan', 'example.com/v1beta1', { 'f:spec': { 'f:a': {} } }), other)).toEqual([held('capstan', 'example.com/v1', { 'f:spec': { 'f:a': {} } }), other]);
  });

  it('makes one record of two by the same manager', () => {
    expect(renamed(held('capstan', 'example.com/v1beta1', { 'f:spec': { 'f:a': {} } }), held('capstan', 'example.com/v1', { 'f:spec': { 'f:b': {} } }))).toEqual([held('capstan', 'example.com/v1', { 'f:spec': { 'f:a': {}, 'f:b': {} } })]);
  });

  it('keeps apart what is of a subresource, or was not applied', () => {
    const status = held('capstan', 'example.com/v1beta1', { 'f:status': {} }, { subresource: 'status' });
    const update = held('capstan', 'example.com/v1beta1', { 'f:spec': {} }, { operation: 'Update' });
    expect(renamed(held('capstan', 'example.com/v1', {}), status, update)).toHaveLength(3);
  });

  it('leaves what does not read as it is', () => {
    expect(renamed('odd')).toEqual(['odd']);
  });
});
