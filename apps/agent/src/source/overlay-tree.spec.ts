import { aSourceTree } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { overlayTree } from './overlay-tree.js';

describe('a tree with further sources', () => {
  const own = aSourceTree({ 'Chart.yaml': 'own', 'values.yaml': 'own' });
  const tree = overlayTree(own, new Map([['env', { tree: aSourceTree({ 'values/prod.yaml': 'prod', 'secret.yaml': 'secret' }), path: 'values' }]]));

  it('reads each from its own place, and failures name what was asked for', async () => {
    expect(await tree.read('values.yaml')).toMatchObject({ ok: true, value: Buffer.from('own') });
    expect(await tree.read('$env/prod.yaml')).toMatchObject({ ok: true, value: Buffer.from('prod') });
    expect(await tree.readMany(['Chart.yaml', '$env/prod.yaml'])).toMatchObject({ ok: true, value: [Buffer.from('own'), Buffer.from('prod')] });
    expect(await tree.resolve('$env/prod.yaml')).toMatchObject({ ok: true, value: { path: '$env/prod.yaml' } });
    expect(await tree.read('$env/dev.yaml')).toEqual({ ok: false, error: { code: 'PATH_NOT_FOUND', path: '$env/dev.yaml' } });
    expect(await tree.read('$other/prod.yaml')).toMatchObject({ ok: false, error: { code: 'PATH_NOT_FOUND' } });
  });

  it('shows its own files alone when it is listed, and is the tree of its own commit', async () => {
    const listed = await tree.list('');
    expect(listed.ok && listed.value.map(({ name }) => name)).toEqual(['Chart.yaml', 'values.yaml']);
    expect([tree.commit, tree.rootTreeId]).toEqual([own.commit, own.rootTreeId]);
    expect(overlayTree(own, new Map())).toBe(own);
  });
});
