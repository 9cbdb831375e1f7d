import { isKept } from '#domain';
import { describe, expect, it } from '@jest/globals';

const annotated = (name: string, value: string): { readonly name: string; readonly annotations: Record<string, string> } => ({ name: 'a', annotations: { [name]: value } });

describe('isKept', () => {
  it.each<[boolean, string]>([[true, 'keep'], [true, ' Keep '], [false, 'delete'], [false, '']])('%s: "%s"', (expected, value) => {
    expect(isKept(annotated('helm.sh/resource-policy', value))).toBe(expected);
  });
});
