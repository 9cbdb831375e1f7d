import { describe, expect, it } from '@jest/globals';
import { skimHelmIndex } from './skim-helm-index.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function skim(text: string, ...wanted: readonly string[]): ReturnType<typeof skimHelmIndex> {
  return skimHelmIndex(Buffer.from(text), new Set(wanted));
}

const HELM = `apiVersion: v1
entries:
  other:
  - apiVersion: v2
    description: |
      web:
      - version: 9.9.9
        digest: ${B}
    version: 1.0.0
  web:
  - annotations:
      version: 5.5.5
    apiVersion: v2
    created: "2026-11-01T10:00:00.000000001Z"
    dependencies:
    - name: common
      repository: file://../common
      version: 7.x
    description: 'quoted: "and"
      continued'
    digest: ${A}
    keywords:
    - version
    name: web
    urls:
    - web-1.1.0.tgz
    - https://elsewhere.example.com/web-1.1.0.tgz
    version: 1.1.0
  - digest: ${B}
    urls: [ "https://charts.example.com/web-1.0.tgz" ]
    version: "1.0"
generated: "2026-11-01T10:00:00Z"
`;

describe('an index of charts', () => {
  it('gives what is wanted of it, as Helm writes it, whatever else stands there', () => {
    expect(skim(HELM, 'web', 'missing')).toEqual({
      ok: true,
      value: {
        isEmpty: false,
        charts: new Map([['web', [
          { version: '1.1.0', digest: `sha256:${A}`, urls: ['web-1.1.0.tgz', 'https://elsewhere.example.com/web-1.1.0.tgz'], created: '2026-11-01T10:00:00.000000001Z' },
          { version: '1.0', digest: `sha256:${B}`, urls: ['https://charts.example.com/web-1.0.tgz'], created: undefined },
        ]]]),
      },
    });
  });

  it('reads indented lists, comments, quoted names, line ends of Windows, and JSON, alike', () => {
    const indented = `# made by hand\nentries:\n    "web":   # the shop\n\n        -   version: 1.0.0\n        -\n          version: 2.0.0\n`;
    const versions = ['1.0.0', '2.0.0'];
    for (const text of [indented.replace('-   version', '- version'), indented.replace('-   version', '- version').replaceAll('\n', '\r\n'), JSON.stringify({ entries: { web: versions.map((version) => ({ version })) } })]) {
      const read = skim(text, 'web');
      expect(read.ok && read.value.charts.get('web')?.map(({ version }) => version)).toEqual(versions);
    }
  });

  it.each([
    ['nothing at all', ''],
    ['a page of HTML', '<!doctype html>\n<html></html>'],
    ['no entries', 'apiVersion: v1\ngenerated: x\n'],
    ['entries in one line', 'entries: { web: [] }\n'],
    ['an anchor instead of a list', 'entries:\n  web: *other\n'],
    ['a version without a number', 'entries:\n  web:\n  - digest: x\n'],
    ['a chart twice', 'entries:\n  web:\n  - version: 1.0.0\n  web:\n  - version: 2.0.0\n'],
    ['an alias', 'entries:\n  web:\n  - version: *v\n'],
    ['JSON that breaks off', '{"entries":{"web":[{"version":"1.0.0"}'],
    ['tabs', 'entries:\n\tweb:\n'],
  ])('is a failure and never empty: %s', (_name, text) => {
    expect(skim(text, 'web')).toMatchObject({ ok: false });
  });

  it('says that there is no chart at all', () => {
    expect(skim('apiVersion: v1\nentries: {}\n', 'web')).toMatchObject({ ok: true, value: { isEmpty: true } });
  });

  it.each([
    ['an entry of spaces', `entries:\n  a${' '.repeat(2_000_000)}b\n`],
    ['entries of spaces', `entries: a${' '.repeat(2_000_000)}b\n`],
    ['a version of spaces', `entries:\n  web:\n  - version: a${' '.repeat(2_000_000)}b\n`],
    ['JSON with versions without end', JSON.stringify({ entries: { web: Array(20_001).fill({ version: '1.0.0' }) } })],
  ])('is read in time that grows with its length alone: %s', (_name, text) => {
    expect(skim(text, 'web').ok).toBe(_name === 'a version of spaces');
  });

  it('takes an index of 40 MB without parsing what nobody wants', () => {
    const entry = `  - apiVersion: v2\n    description: ${'x'.repeat(1_000)}\n    version: 1.0.0\n    digest: ${A}\n`;
    const text = `entries:\n${Array.from({ length: 400 }, (_, chart) => `  c${chart}:\n${entry.repeat(90)}`).join('')}  web:\n${entry}`;
    expect(text.length).toBeGreaterThan(38_000_000);
    const read = skim(text, 'web');
    expect(read.ok && read.value.charts.get('web')).toHaveLength(1);
  });
});
