import { describe, expect, it } from '@jest/globals';
import { matchesLabels, parseLabelSelector } from './label-selector.js';

describe('label selectors', () => {
  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['', {}, true],
    ['app=web', { app: 'web' }, true],
    ['app==web', { app: 'api' }, false],
    ['app!=web', {}, true],
    ['app in (web, api),tier', { app: 'api', tier: '' }, true],
    ['app in (web,api)', {}, false],
    ['app notin (web)', {}, true],
    ['!canary', { canary: '' }, false],
    ['example.com/owner=a.b-c_1', { 'example.com/owner': 'a.b-c_1' }, true],
    ['app=', { app: '' }, true],
  ])('%s over %j: %s', (text, labels, expected) => {
    const selector = parseLabelSelector(text);
    expect(selector.ok && matchesLabels(selector.value, labels)).toBe(expected);
  });

  it.each(['app in (', 'app=web,', 'a b', '=x', 'app in web', 'app=a b'])('refuses %j', (text) => {
    expect(parseLabelSelector(text).ok).toBe(false);
  });
});
