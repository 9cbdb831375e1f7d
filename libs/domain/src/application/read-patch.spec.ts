import { readPatch } from '#domain';
import { describe, expect, it } from '@jest/globals';

describe('the text of a patch', () => {
  it.each([
    ['a mapping is a strategic merge patch', 'spec: {replicas: 2, paused: null}', { kind: 'MERGE', patch: { spec: { replicas: 2, paused: null } }, isDeletion: false }],
    ['$patch: delete at the top deletes the object', '$patch: delete', { kind: 'MERGE', patch: { $patch: 'delete' }, isDeletion: true }],
    ['$patch: delete further down does not', 'spec: {$patch: delete}', { kind: 'MERGE', patch: { spec: { $patch: 'delete' } }, isDeletion: false }],
    ['a list is a JSON patch', '- {op: test, path: /a, value: null}\n- {op: move, from: /a, path: /b}', { kind: 'JSON', operations: [{ op: 'test', path: '/a', value: null }, { op: 'move', from: '/a', path: '/b' }] }],
    ['JSON is YAML', '[{"op": "remove", "path": ""}]', { kind: 'JSON', operations: [{ op: 'remove', path: '' }] }],
  ])('%s', (_title, text, value) => {
    expect(readPatch(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['text', 'just words', 'neither a mapping'],
    ['a number', '7', 'neither a mapping'],
    ['nothing', '# a comment', 'is empty'],
    ['two documents', 'a: 1\n---\nb: 2', 'several documents'],
    ['no YAML', 'a: [', 'does not read: the patch:1'],
    ['a key that is there twice', 'a: 1\na: 2', 'does not read: the patch:2'],
    ['a list without operations', '[]', 'no operations'],
    ['an operation that is no mapping', '- {op: remove, path: /a}\n- remove', 'operation 1 of the JSON patch is no mapping'],
    ['an operation that nobody knows', '- {op: frobnicate, path: /a}', 'operation 0 of the JSON patch has not an op of add'],
    ['a member of every object as an operation', '- {op: toString, path: /a}', 'has not an op'],
    ['a path that is no pointer', '- {op: remove, path: spec.replicas}', 'has not a path that is a JSON pointer'],
    ['a move from nowhere', '- {op: move, path: /a}', 'has not a from'],
    ['nothing to add', '- {op: add, path: /a}', 'has no value'],
  ])('refuses %s', (_title, text, what) => {
    expect(readPatch(text)).toEqual({ ok: false, error: { what: expect.stringContaining(what) } });
  });
});
