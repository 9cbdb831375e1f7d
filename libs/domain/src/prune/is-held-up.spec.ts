import { expect, it } from '@jest/globals';
import { isHeldUp } from './is-held-up.js';

it.each([
  ['nothing', [], 60_000, false],
  ["a controller's finalizer", ['example.com/backup'], 0, true],
  ["the same, before anybody deleted it", ['example.com/backup'], undefined, true],
  ['the clean-up of a definition', ['customresourcecleanup.apiextensions.k8s.io'], 2_000, false],
  ['the same on an object that nobody has deleted yet', ['customresourcecleanup.apiextensions.k8s.io'], undefined, false],
  ['the same after half a minute: objects of the kind hold it', ['customresourcecleanup.apiextensions.k8s.io'], 30_000, true],
  ['a deletion of dependents first', ['foregroundDeletion'], 1_000, false],
  ["both: a controller's counts", ['foregroundDeletion', 'example.com/backup'], 1_000, true],
])('%s', (_what, finalizers, leavingForMs, isHeld) => {
  expect(isHeldUp(finalizers, leavingForMs)).toBe(isHeld);
});
