import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HUB_FAILPOINTS } from './hub-failpoints.js';

describe('the failpoints of the hub', () => {
  it('are those that its code comes by', () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'));
    const hit = files.flatMap((name) => [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/\.hit\('([^']+)'\)/g)].map(([, failpoint]) => failpoint));
    expect([...new Set(hit)].toSorted()).toEqual([...HUB_FAILPOINTS].toSorted());
  });
});
