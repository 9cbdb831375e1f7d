import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** docs/adr/0001: one package.json, whose imports name every library twice. */
describe('the one resolution scheme', () => {
  it('has no second package.json, which would cut off every # import below it', () => {
    expect(globSync('{apps,libs,test,migrations}/**/package.json', { cwd: ROOT })).toEqual([]);
  });

  const imports = JSON.parse(read('package.json')).imports as Readonly<Record<string, { readonly source: string; readonly default: string }>>;

  it('names every library', () => {
    expect(Object.keys(imports).toSorted()).toEqual(globSync('libs/*/src/index.ts', { cwd: ROOT }).map((path) => `#${path.split('/')[1] ?? ''}`).toSorted());
  });

  it.each(Object.entries(imports))('%s points at its source, and at the same place in dist', (_name, target) => {
    expect(existsSync(join(ROOT, target.source))).toBe(true);
    expect(target.default).toBe(target.source.replace('./libs/', './dist/libs/').replace(/\.ts$/, '.js'));
  });
});

/** What the README tells a newcomer to run must be there. */
describe('the README', () => {
  it('names only scripts that exist', () => {
    const scripts = JSON.parse(read('package.json')).scripts as Readonly<Record<string, string>>;
    const named = [...`${read('README.md')}${read('CONTRIBUTING.md')}`.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1] ?? '').filter((name) => name !== 'ci' && name !== 'install');
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links only to files that exist', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
  });
});
