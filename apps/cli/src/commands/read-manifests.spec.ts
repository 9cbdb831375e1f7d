import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { readManifests } from './read-manifests.js';

const REPOSITORY = 'apiVersion: capstan.dev/v1\nkind: Repository\nmetadata: { name: fleet }\nspec: { url: "https://git.example.com/fleet.git" }\n';
const PROJECT = 'apiVersion: capstan.dev/v1\nkind: Project\nmetadata: { name: default }\nspec: { health: [] }\n';
const APPLICATION = 'apiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: web, project: shop }\nspec: { namespace: web }\n';

describe('readManifests', () => {
  it('reads every document of a file, with its line', () => {
    expect(readManifests(`${REPOSITORY}---\n# nothing here\n---\n${APPLICATION}`, 'fleet.yaml')).toEqual([
      { kind: 'Repository', name: 'fleet', project: 'default', spec: { url: 'https://git.example.com/fleet.git' }, file: 'fleet.yaml', where: 'fleet.yaml:1', whereIs: expect.any(Function) },
      { kind: 'Application', name: 'web', project: 'shop', spec: { namespace: 'web' }, file: 'fleet.yaml', where: expect.stringMatching(/^fleet\.yaml:\d+$/), whereIs: expect.any(Function) },
    ]);
  });

  it.each<[string, readonly string[], number]>([
    ['a field', ['spec', 'source', 'path'], 8],
    ['one that is in a list', ['spec', 'strategy', 'stages', '1', 'limit'], 13],
    ['one that an alias brings, where it was written', ['spec', 'sync', 'path'], 8],
    ['one that is missing: what lacks it', ['spec', 'source', 'ref'], 7],
    ['the name, which the API has beside the spec', ['name'], 5],
    ['what is all spec to the API', ['source', 'path'], 8],
    ['nothing that is there: the document', ['confirmRemovals'], 2],
  ])('tells at which line a file has %s', (_name, field, line) => {
    const text = `# first\n---\napiVersion: capstan.dev/v1\nkind: Application\nmetadata: { name: web }\nspec:\n  source: &source\n    path: ../x\n  sync: *source\n  strategy:\n    stages:\n      - name: a\n      - { name: b, limit: x }\n`;
    expect(readManifests(text, 'fleet.yaml')[0]?.whereIs(field)).toBe(`fleet.yaml:${line}`);
  });

  it('reads a project, whose name is its own', () => {
    expect(readManifests(PROJECT, 'fleet.yaml')).toMatchObject([{ kind: 'Project', name: 'default', spec: { health: [] } }]);
  });

  it.each<[string, string, string]>([
    ['nothing', '', 'fleet.yaml: holds no object'],
    ['only comments', '# one\n---\n# two\n', 'fleet.yaml: holds no object'],
    ['YAML that is none', 'a: [', 'fleet.yaml: invalid YAML'],
    ['a key that is there twice', 'kind: a\nkind: b\n', 'at line 2, column 1'],
    ['an alias of nothing', 'a: *b\n', 'invalid YAML'],
    ['a list', '- a\n', 'fleet.yaml:1: the document is not a map'],
    ['an object of Kubernetes', 'apiVersion: v1\nkind: ConfigMap\n', 'fleet.yaml:1: apiVersion is "v1"'],
    ['a kind that does not exist', REPOSITORY.replace('Repository', 'Repo'), 'fleet.yaml:1: unknown kind "Repo"'],
    ['an object without a name', APPLICATION.replace('name: web, ', ''), 'metadata.name is missing'],
    ['an object without a spec', APPLICATION.replace(/spec:.*/, ''), 'spec is not a map'],
    ['a project that is a number', APPLICATION.replace('project: shop', 'project: 7'), 'metadata.project is not a text'],
  ])('refuses %s', (_name, text, message) => {
    expect(() => readManifests(text, 'fleet.yaml')).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, message: expect.stringContaining(message) }));
  });

  it('bounds what aliases may grow to', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]', 'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]', 'c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]', 'd: [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]'].join('\n');
    expect(() => readManifests(bomb, 'fleet.yaml')).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE }));
  });

  it('calls standard input by its name', () => {
    expect(() => readManifests('', '-')).toThrow('(standard input): holds no object');
  });
});
