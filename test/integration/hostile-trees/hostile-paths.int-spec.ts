import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { err, ok, silentLog } from '#kernel';
import { computeSourceDigest, judgeTreePath, type SourceTree } from '#domain';
import { objectSourceTree } from '../../../libs/git/src/object-source-tree.js';
import type { ObjectStore } from '../../../libs/git/src/object-store.js';
import { createRenderer, type Renderer } from '#render';
import fc from 'fast-check';
import { directory, file, link, submodule, writeTree, type HostileEntry } from './hostile-tree.js';
import { memoryObjects } from './raw-objects.js';

jest.setTimeout(600_000);

const RUNS = process.env['CAPSTAN_TEST_LONG'] === '1' ? 20_000 : 3_000;
const signal = new AbortController().signal;
const MANIFEST = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m${name} }\n`;

const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('a', 'b', 'A', 'web', '.yaml', 'é', 'e\u0301') },
  { weight: 2, arbitrary: fc.constantFrom('.git', '.GIT', 'git~1', '..', '.', ' ', '/', '\\', ':', '\u200c', '\u202e', '\ufeff', '\u0000', '\r', '\n', '\u001b', '\u0085') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) },
);
const name = fc.oneof(
  { weight: 5, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('').replaceAll('\0', '') || 'x') },
  { weight: 3, arbitrary: fc.constantFrom('a.yaml', 'b.yaml', 'web', 'c') },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => bytes.map((byte) => (byte === 0 ? 1 : byte))) },
);
const target = fc.oneof(fc.array(fc.constantFrom('..', '.', 'a.yaml', 'web', 'c', '', '/', '.git', 'b.yaml'), { maxLength: 5 }).map((parts) => parts.join('/')), fc.string({ maxLength: 8 }));

const { entries } = fc.letrec<{ entries: HostileEntry[]; entry: HostileEntry }>((tie) => ({
  entry: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree' },
    { weight: 5, arbitrary: fc.tuple(name, fc.nat(99)).map(([text, number]) => file(text, MANIFEST(String(number)))) },
    { weight: 1, arbitrary: fc.tuple(name, target).map(([text, to]) => ({ ...link('', to), name: text })) },
    { weight: 1, arbitrary: name.map((text) => ({ ...submodule(''), name: text })) },
    { weight: 2, arbitrary: fc.tuple(name, tie('entries')).map(([text, below]) => directory(text, ...below)) },
  ),
  entries: fc.array(tie('entry'), { maxLength: 4, depthIdentifier: 'tree' }),
}));

async function sourceTree(root: readonly HostileEntry[], isSorted: boolean): Promise<SourceTree> {
  const objects = memoryObjects();
  const id = await writeTree(objects, root, isSorted);
  const store: ObjectStore = {
    read: (_kind, ids) => {
      const missing = ids.find((one) => !objects.held.has(one));
      return Promise.resolve(missing === undefined ? ok(ids.map((one) => objects.held.get(one) ?? { type: '', bytes: Buffer.alloc(0) })) : { ok: false as const, error: { code: 'OBJECT_MISSING' as const, id: missing } });
    },
  };
  return objectSourceTree('c'.repeat(40), id, store);
}

const NO_CHART = { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(err({ message: 'not asked' })) };

describe('trees of any names whatever', () => {
  let renderer: Renderer;
  beforeAll(async () => void (renderer = createRenderer({ kustomize: undefined, helm: () => Promise.resolve(undefined), workDirectory: '/nonexistent' }, silentLog)));

  const rendered = (tree: SourceTree): ReturnType<Renderer['render']> =>
    renderer.render(tree, { path: 'app', renderer: 'PLAIN', namespace: 'web', parameters: {}, helm: NO_CHART, substitute: false, reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' } }, signal);

  it(`are refused by the hub where the agent refuses them, with the same path, and never break either: ${RUNS} of them`, async () => {
    const seen = { TAKEN: 0, PATH_REFUSED: 0 };
    await fc.assert(
      fc.asyncProperty(entries, entries, fc.boolean(), async (app, beside, isSorted) => {
        const tree = await sourceTree([directory('app', ...app), ...beside.filter(({ name: one }) => Buffer.from(one).toString().toLowerCase() !== 'app')], isSorted);
        const hub = await computeSourceDigest(tree, { path: 'app', renderer: 'PLAIN', watch: [] }, signal);
        const agent = await rendered(tree);
        if (!hub.ok) {
          expect(hub.error.code).toBe('PATH_REFUSED');
          expect(hub.error.path).toMatch(/^[^\p{C}]+$/u); // a link may have led out of app
          seen.PATH_REFUSED += 1;
        } else seen.TAKEN += 1;
        if (!agent.ok && agent.error.code === 'PATH_REFUSED') expect([hub.ok, hub.ok ? '' : hub.error.path]).toEqual([false, agent.error.file]);
        if (!hub.ok && !agent.ok) expect(['PATH_REFUSED', 'PATH_NOT_FOUND']).toContain(agent.error.code);
        expect(agent.ok && !hub.ok).toBe(false);
        if (agent.ok) for (const source of agent.value.sources) expect(judgeTreePath(source?.file ?? '')).toEqual({ parts: (source?.file ?? '').split('/') });
      }),
      { numRuns: RUNS, seed: 20_261_126 },
    );
    expect(Math.min(seen.TAKEN, seen.PATH_REFUSED)).toBeGreaterThan(RUNS / 20);
  });

  it('are judged the same whatever lies outside of the watch set', async () => {
    await fc.assert(
      fc.asyncProperty(entries, entries, async (app, beside) => {
        const others = beside.filter(({ name: one }) => Buffer.from(one).toString().normalize('NFC').toLowerCase().replaceAll(/[^a-z]/g, '') !== 'app');
        const hasLinks = JSON.stringify(app).includes('"link"'); // a link may lead there
        if (hasLinks) return;
        const digests = [];
        for (const root of [[directory('app', ...app)], [directory('app', ...app), ...others]]) {
          const watched = await computeSourceDigest(await sourceTree(root, true), { path: 'app', renderer: 'PLAIN', watch: [] }, signal);
          digests.push(watched.ok ? watched.value.digest : watched.error);
        }
        expect(digests[1]).toEqual(digests[0]);
      }),
      { numRuns: Math.floor(RUNS / 3), seed: 20_261_127 },
    );
  });

  it('end in a second or two however many entries, levels and links they have', async () => {
    const wide = Array.from({ length: 30_000 }, (_, index) => file(`f${String(index).padStart(5, '0')}.yaml`, ''));
    const deep = Array.from({ length: 1_000 }).reduce<HostileEntry>((below) => directory('d', below), file('a.yaml', ''));
    const fan = Array.from({ length: 12 }, (_, index) => directory(`l${index}`, link('a', `../l${index + 1}`), link('b', `../l${index + 1}`)));
    for (const [what, below, hubSays, agentSays] of [
      ['thirty thousand files', wide, 'TOO_LARGE', 'RENDER_LIMIT_EXCEEDED'],
      ['a thousand levels', [deep], 'PATH_REFUSED', 'PATH_REFUSED'],
      ['links that double at each of twelve levels', [...fan, directory('l12', file('a.yaml', MANIFEST('x')))], 'TAKEN', 'TAKEN'],
    ] as const) {
      const tree = await sourceTree([directory('app', ...below)], true);
      const before = process.cpuUsage();
      const hub = await computeSourceDigest(tree, { path: 'app', renderer: 'PLAIN', watch: [] }, signal);
      const agent = await rendered(tree);
      const { user, system } = process.cpuUsage(before);
      expect([what, hub.ok ? (hub.value.fallsBackToRoot ?? 'TAKEN') : hub.error.code, agent.ok ? 'TAKEN' : agent.error.code]).toEqual([what, hubSays, agentSays]);
      expect((user + system) / 1_000_000).toBeLessThan(10); // processor time: the machine may be busy
    }
  });
});
