import { RENDER_LIMITS } from '#render';
import { aSourceTree } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { chartRequest } from './helm.contract.js';
import { readChartArchive } from './read-chart-archive.js';
import { readChartClosure } from './read-chart-closure.js';

type Entry = readonly [name: string, content: string | Buffer, type?: string];

function tgz(...entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(([name, text, type = '0']) => {
    const content = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(content.length.toString(8).padStart(11, '0'), 124);
    header.write(type, 156);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const LEADS_OUT = '{"properties": {"a": {"$ref": "file:///etc/hostname"}}}';
const LONG = `dep/${'a'.repeat(120)}/values.schema.json`;
const signal = new AbortController().signal;
const closureWith = (archive: Buffer) =>
  readChartClosure(aSourceTree({ 'web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'web/charts/dep-1.0.0.tgz': archive }), chartRequest({ renderer: 'HELM' }), RENDER_LIMITS, signal);

describe('a chart that is packed', () => {
  it.each<[string, Buffer]>([
    ['a schema', tgz(['dep/values.schema.json', LEADS_OUT])],
    ['one after other files', tgz(['dep/Chart.yaml', 'name: dep\n'], ['dep/values.schema.json', LEADS_OUT])],
    ['one with a long name, as pax writes it', tgz(['x', `${LONG.length + 10} path=${LONG}\n`, 'x'], ['dep/short', LEADS_OUT])],
    ['one with a long name, as GNU tar writes it', tgz(['././@LongLink', `${LONG}\0`, 'L'], ['dep/short', LEADS_OUT])],
    ['one with a long name and a long link', tgz(['././@LongLink', `${LONG}\0`, 'L'], ['././@LongLink', 'elsewhere\0', 'K'], ['dep/short', LEADS_OUT])],
    ['one that is said to be no plain file', tgz(['dep/values.schema.json', LEADS_OUT, '7'])],
    ['one in an archive in it', tgz(['dep/charts/inner-1.0.0.tgz', tgz(['inner/values.schema.json', LEADS_OUT])])],
  ])('is refused for %s that names a file outside of it', async (_name, archive) => {
    expect(await closureWith(archive)).toMatchObject({ ok: false, error: { code: 'REMOTE_REFERENCE_REFUSED' } });
  });

  it('has its values hidden in what helm says', async () => {
    const closure = await closureWith(tgz(['dep/values.yaml', 'password: canary-default\n']));
    expect(closure.ok && closure.value.secrets.hideIn('bad password canary-default')).toBe('bad password ***');
  });

  it.each<[string, Buffer]>([
    ['no gzip', Buffer.from('canary')],
    ['a size that is no number', gzipSync(Buffer.concat([Buffer.alloc(512, 0xff), Buffer.alloc(1024)]))],
    ['another size in a pax header', tgz(['x', '15 size=000001\n', 'x'], ['dep/values.yaml', 'a: b\n'])],
    ['a directory with content, in which another header hides', tgz(['dep/', 'hidden', '5'])],
    ['the same without its type', tgz(['dep/', 'hidden', '\0'])],
    ['a file that breaks off', gzipSync(Buffer.concat([Buffer.from('dep/a'.padEnd(124, '\0')), Buffer.from('00000001000\0'.padEnd(388, '\0'))]))],
  ])('is refused where it cannot be looked into: %s', async (_name, archive) => {
    expect(await closureWith(archive)).toMatchObject({ ok: false, error: { code: 'HELM_FAILED', file: 'web/charts/dep-1.0.0.tgz' } });
  });

  it('is not unpacked beyond its bound', async () => {
    expect(await readChartArchive(gzipSync(Buffer.alloc(1_000_000)), 1_000)).toEqual({ ok: false, error: 'UNREADABLE' });
  });
});
