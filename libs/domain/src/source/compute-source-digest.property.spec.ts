import { computeSourceDigest, type SourceTree } from '#domain';
import { aSourceTree } from '#testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

/**
 * Random repositories of kustomizations d0..d5 that name one another, files of their own, and shared files; `reached` is what a build of
 * `from` reads, told from the model and not from the text.
 */
interface Model {
  readonly directories: readonly { readonly bases: readonly number[]; readonly own: string; readonly shared: readonly number[]; readonly isPlain: boolean }[];
  readonly shared: readonly string[];
}

const SIZE = 6;
const index = fc.nat({ max: SIZE - 1 });
const content = fc.constantFrom('1', '2', '3');
const model: fc.Arbitrary<Model> = fc.record({
  directories: fc.array(fc.record({ bases: fc.uniqueArray(index, { maxLength: 3 }), own: content, shared: fc.uniqueArray(index, { maxLength: 2 }), isPlain: fc.boolean() }), { minLength: SIZE, maxLength: SIZE }),
  shared: fc.array(content, { minLength: SIZE, maxLength: SIZE }),
});

function filesOf({ directories, shared }: Model): Record<string, string> {
  const files: Record<string, string> = {};
  for (const [n, text] of shared.entries()) files[`shared/s${n}.txt`] = text;
  for (const [n, directory] of directories.entries()) {
    files[`d${n}/own.yaml`] = directory.own;
    if (directory.isPlain) continue;
    const resources = ['own.yaml', ...directory.bases.map((base) => (directories[base]?.isPlain === true ? `../d${base}/own.yaml` : `../d${base}`))];
    const generator = directory.shared.map((one) => `../shared/s${one}.txt`);
    files[`d${n}/kustomization.yaml`] = JSON.stringify({ resources, configMapGenerator: [{ name: 'x', files: generator }] });
  }
  return files;
}

/** Every file that a build of d0 reads, with its content. */
function reached(from: Model): string {
  const files = filesOf(from);
  const read = new Map<string, string>();
  const open = [0];
  const seen = new Set(open);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const directory = from.directories[at];
    if (directory === undefined) continue;
    for (const name of [`d${at}/own.yaml`, `d${at}/kustomization.yaml`, ...(directory.isPlain ? [] : directory.shared.map((one) => `shared/s${one}.txt`))]) {
      const text = files[name];
      if (text !== undefined) read.set(name, text);
    }
    for (const base of directory.isPlain ? [] : directory.bases) {
      if (!seen.has(base)) open.push(base);
      seen.add(base);
    }
  }
  return JSON.stringify([...read].toSorted());
}

const digest = async (tree: SourceTree): Promise<string> => {
  const result = await computeSourceDigest(tree, { path: 'd0', renderer: 'AUTO', watch: [] }, AbortSignal.timeout(10_000));
  return result.ok ? result.value.digest : JSON.stringify(result.error);
};

describe('computeSourceDigest', () => {
  it('differs whenever the files that a build reads differ', async () => {
    await fc.assert(
      fc.asyncProperty(model, model, async (a, b) => {
        const [before, after] = [await digest(aSourceTree(filesOf(a))), await digest(aSourceTree(filesOf(b)))];
        if (reached(a) !== reached(b)) expect(after).not.toBe(before);
      }),
      { numRuns: 150 },
    );
  });

  it('differs after one small edit exactly when a build reads the edited file', async () => {
    const edit = fc.record({ at: index, kind: fc.constantFrom('own' as const, 'shared' as const) });
    await fc.assert(
      fc.asyncProperty(model, edit, async (before, { at, kind }) => {
        const after: Model =
          kind === 'own'
            ? { ...before, directories: before.directories.map((one, n) => (n === at ? { ...one, own: 'edited' } : one)) }
            : { ...before, shared: before.shared.map((one, n) => (n === at ? 'edited' : one)) };
        const isChanged = (await digest(aSourceTree(filesOf(after)))) !== (await digest(aSourceTree(filesOf(before))));
        expect(isChanged).toBe(reached(before) !== reached(after));
      }),
      { numRuns: 300 },
    );
  });

  it('does not differ for a commit outside, and is the same on every computation', async () => {
    await fc.assert(
      fc.asyncProperty(model, fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/).map((name) => `outside/${name}`), content, { minKeys: 1 }), async (one, outside) => {
        expect(await digest(aSourceTree({ ...filesOf(one), ...outside }))).toBe(await digest(aSourceTree(filesOf(one))));
      }),
      { numRuns: 100 },
    );
  });
});
