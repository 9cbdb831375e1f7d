import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');

describe('docs/properties.md', () => {
  it('names every suite of the domain that draws its inputs at random, and none that is not there or draws none', () => {
    const listed = [...readFileSync(join(ROOT, 'docs/properties.md'), 'utf8').matchAll(/`([a-z/.-]+\.spec\.ts)`/g)].map(([, file]) => file);
    const suites = globSync('{libs/domain,libs/kube,apps/agent}/src/**/*.spec.ts', { cwd: ROOT }).filter((file) => readFileSync(join(ROOT, file), 'utf8').includes("'fast-check'"));
    expect(listed.toSorted()).toEqual(suites.toSorted());
  });
});
