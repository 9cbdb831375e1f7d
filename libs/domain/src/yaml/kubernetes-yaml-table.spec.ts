import { parseKubernetesYaml } from '#domain';
import { canonicalJson, type Json } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

/** Made by tools/yaml-table from the Go library: `json` is absent where it refuses the text, `strict` where only its strict mode does. */
interface Entry {
  readonly yaml: string;
  readonly json?: Json;
  readonly strict?: boolean;
}
const table: { readonly library: string; readonly entries: readonly Entry[] } = JSON.parse(readFileSync(new URL('./kubernetes-yaml-table.json', import.meta.url), 'utf8'));

const ours = (entry: Entry): string => {
  const parsed = parseKubernetesYaml(entry.yaml, 'a.yaml');
  return parsed.ok ? canonicalJson(parsed.value[0]?.value ?? null) : parsed.error.code;
};
const theirs = (entry: Entry): string => canonicalJson(entry.json ?? null);
const isTaken = (entry: Entry): boolean => parseKubernetesYaml(entry.yaml, 'a.yaml').ok;
const texts = (entries: readonly Entry[]): readonly string[] => entries.map((entry) => entry.yaml).toSorted();

describe(`parseKubernetesYaml against ${table.library}`, () => {
  const { entries } = table;
  const known = entries.filter((entry) => 'json' in entry);

  it('has a table worth the name', () => {
    expect(known.length).toBeGreaterThan(1000);
    expect(entries.length - known.length).toBeGreaterThan(200);
  });

  it('reads every text that both take in the same way', () => {
    const differing = known.filter((entry) => isTaken(entry) && ours(entry) !== theirs(entry));
    // A block scalar as the whole document without indentation: the Go library reads '' and drops the rest. It is no object either way.
    expect(differing.filter((entry) => entry.json !== '')).toEqual([]);
  });

  it('takes nothing that the library refuses, but for what YAML 1.2 and JSON allow', () => {
    const lenient = entries.filter((entry) => !('json' in entry) && isTaken(entry));
    const random = lenient.filter((entry) => !LENIENT.includes(entry.yaml));
    expect(LENIENT.filter((text) => !lenient.some((entry) => entry.yaml === text))).toEqual([]);
    // tabs and odd text outside any mapping
    expect(random.filter((entry) => ours(entry).startsWith('{') && ours(entry) !== '{}')).toEqual([]);
  });

  it('refuses what the library takes only for a known reason', () => {
    const refused = known.filter((entry) => entry.strict === true && !isTaken(entry) && entry.json !== null && typeof entry.json === 'object');
    const unsafe = refused.filter((entry) => /\d{16}|0x[7f]fff/.test(entry.yaml));
    const binary = refused.filter((entry) => entry.yaml.includes('!!binary'));
    const duplicates = refused.filter((entry) => ours(entry) === 'DUPLICATE_KEY');
    const rest = refused.filter((entry) => ![unsafe, binary, duplicates].some((group) => group.includes(entry)));
    expect(unsafe.length).toBeGreaterThan(10);
    expect(texts(rest)).toEqual([...STRICTER].toSorted());
  });

  it('refuses duplicate keys with the code of their own', () => {
    const duplicates = known.filter((entry) => entry.strict !== true && ours(entry) === 'DUPLICATE_KEY');
    expect(duplicates.length).toBeGreaterThan(3);
    // The library's strict mode also refuses a key that overrides a merged one, which kubectl does not.
    const others = known.filter((entry) => entry.strict !== true && isTaken(entry));
    expect(others.every((entry) => entry.yaml.includes('<<'))).toBe(true);
  });
});

/** JSON escapes, `%YAML 1.2`, a colon or a question mark inside a plain text in brackets, `...` without a document. */
const LENIENT: readonly string[] = [
  'a: "\\ud83d\\ude00"\n',
  '"\\ud83d\\ude00": a\n',
  'a: "\\/"\n',
  '"\\/": a\n',
  '%YAML 1.2\n---\na: yes\n',
  '{a: http://x/y?z}\n',
  '...\na: b\n',
];

/** YAML 1.2 wants more indentation or a space here, and content after the end of the document is not dropped in silence. */
const STRICTER: readonly string[] = [
  '&x <<: {a: 1}\nb: *x\n',
  '[-]\n',
  '[]: a\n',
  '{}: a\n',
  '[a]b\n',
  'a: "\\\'"\n',
  'a: "b\nc"\n',
  "a: 'b\nc'\n",
  'a: "b\u2028c"\n',
  'a: b\u0085c: d\n',
  'a: &x 1\n---\nb: *x\n',
  "a: 'b'#c\n",
  'a: [\n\t1,\n\t2\n]\n',
  'a: [\nb\n]\n',
  'a: [#c\n b]\n',
  'a: b\n... c\n',
  'a: b\rc: d\r',
  'a: |#c\n  b\n',
  '{a: b}\nc: d\n',
];
