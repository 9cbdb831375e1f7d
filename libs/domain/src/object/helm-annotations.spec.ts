import { hookOf, isKept } from '#domain';
import { describe, expect, it } from '@jest/globals';

const annotated = (name: string, value: string): { readonly name: string; readonly annotations: Record<string, string> } => ({ name: 'a', annotations: { [name]: value } });

describe('hookOf', () => {
  it.each<[ReturnType<typeof hookOf>, string]>([
    ['INSTALL_OR_UPGRADE', 'pre-install'],
    ['INSTALL_OR_UPGRADE', 'post-delete, Post-Upgrade'],
    ['NEVER_APPLIED', 'test'],
    ['NEVER_APPLIED', 'test-success'],
    ['NEVER_APPLIED', 'pre-delete,post-rollback'],
    ['NEVER_APPLIED', 'crd-install'],
    ['NEVER_APPLIED', ''],
  ])('%s: "%s"', (expected, value) => {
    expect(hookOf(annotated('helm.sh/hook', value))).toBe(expected);
  });

  it('NONE without the annotation', () => {
    expect(hookOf({ name: 'a' })).toBe('NONE');
    expect(hookOf(annotated('helm.sh/hook-weight', '1'))).toBe('NONE');
  });
});

describe('isKept', () => {
  it.each<[boolean, string]>([[true, 'keep'], [true, ' Keep '], [false, 'delete'], [false, '']])('%s: "%s"', (expected, value) => {
    expect(isKept(annotated('helm.sh/resource-policy', value))).toBe(expected);
  });
});
