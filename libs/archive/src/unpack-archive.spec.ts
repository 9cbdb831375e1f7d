import { aTarArchive, type TarEntry } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { readArchive, UnpackRoom } from './read-archive.js';
import { unpackArchive } from './unpack-archive.js';

const DIGEST = `sha256:${'d'.repeat(64)}`;

describe('an archive', () => {
  it('is a tree by its digest, and a chart without the directory of its name', async () => {
    const archive = aTarArchive([{ name: './web/', type: '5' }, { name: 'web/Chart.yaml', content: 'name: web\n' }, { name: 'web/templates/a.yaml', content: 'a: 1\n' }]);
    const chart = await unpackArchive(DIGEST, archive, true);
    if (!chart.ok) throw new Error(chart.error.reason);
    expect(chart.value.commit).toBe(DIGEST);
    expect(await chart.value.list('')).toMatchObject({ ok: true, value: [{ name: 'Chart.yaml', mode: 'file' }, { name: 'templates', mode: 'tree' }] });
    expect(await chart.value.read('templates/a.yaml')).toEqual({ ok: true, value: Buffer.from('a: 1\n') });
    expect(await chart.value.read('templates')).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED' } });
    expect(await chart.value.resolve('templates/b.yaml')).toMatchObject({ ok: false, error: { code: 'PATH_NOT_FOUND' } });
    expect(await chart.value.read('../etc/passwd')).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED' } });
    const artifact = await unpackArchive(DIGEST, archive, false);
    expect(artifact.ok && (await artifact.value.list(''))).toMatchObject({ ok: true, value: [{ name: 'web' }] });
  });

  it('has long names, told in each of the ways of tar', async () => {
    const long = `${'d'.repeat(90)}/${'f'.repeat(90)}.yaml`;
    const pax = `${long.length + 12 + String(long.length + 12).length - 3} path=${long}\n`;
    for (const entries of [[{ name: '././@LongLink', type: 'L', content: `${long}\0` }, { name: 'cut', content: 'x' }], [{ name: 'pax', type: 'x', content: pax }, { name: 'cut', content: 'x' }]]) {
      const files = await readArchive(aTarArchive(entries));
      expect(files.ok && [...files.value.keys()]).toEqual([long]);
    }
  });

  it.each<[string, readonly TarEntry[]]>([
    ['a symbolic link', [{ name: 'a', type: '2', linkName: '/etc/passwd' }]],
    ['a hard link', [{ name: 'a', type: '1', linkName: 'b' }]],
    ['a device', [{ name: 'a', type: '3' }]],
    ['a pipe', [{ name: 'a', type: '6' }]],
    ['a path that steps out', [{ name: '../a', content: 'x' }]],
    ['a path that steps out in the middle', [{ name: 'a/../../b', content: 'x' }]],
    ['an absolute path', [{ name: '/etc/a', content: 'x' }]],
    ['a directory of Git', [{ name: '.git/config', content: 'x' }]],
    ['a name with a control character', [{ name: 'a\u0007b', content: 'x' }]],
    ['a file twice', [{ name: 'a', content: 'x' }, { name: './a', content: 'y' }]],
    ['a file that is a directory as well', [{ name: 'a', content: 'x' }, { name: 'a/b', content: 'y' }]],
    ['names that some file systems take for one another', [{ name: 'A', content: 'x' }, { name: 'a', content: 'y' }]],
    ['a sparse file', [{ name: 'p', type: 'x', content: '22 GNU.sparse.major=1\n' }, { name: 'a', content: 'x' }]],
  ])('is refused for %s', async (_name, entries) => {
    expect(await unpackArchive(DIGEST, aTarArchive(entries), false)).toMatchObject({ ok: false, error: { reason: expect.any(String) } });
  });

  it.each<[string, readonly TarEntry[]]>([
    ['a name of a million slashes', [{ name: 'l', type: 'L', content: `${'/'.repeat(1_000_000)}x\0` }, { name: 'a', content: 'x' }]],
    ['an extended header of a million digits', [{ name: 'p', type: 'x', content: '1'.repeat(1_000_000) }, { name: 'a', content: 'x' }]],
    ['a directory for each of its bytes', Array.from({ length: 500 }, (_, n) => [{ name: 'l', type: 'L', content: `${n}/${'d/'.repeat(120)}f\0` }, { name: 'a', content: '' }] as const).flat()],
  ])('costs little before it is refused for %s', async (_name, entries) => {
    expect(await unpackArchive(DIGEST, aTarArchive(entries), false)).toMatchObject({ ok: false, error: { reason: expect.stringMatching(/longer than|more than/) } });
  });

  it('has only the room that the others of its release leave', async () => {
    const room = new UnpackRoom();
    const zeros = aTarArchive([{ name: 'p', type: 'g', content: '0'.repeat(40_000_000) }, { name: 'a', content: 'x' }]); // in no file, and in memory all the same
    expect(await unpackArchive(DIGEST, zeros, false, room)).toMatchObject({ ok: true });
    expect(await unpackArchive(DIGEST, zeros, false, room)).toMatchObject({ ok: false, error: { reason: expect.stringContaining('with the other archives of the release') } });
    expect(await unpackArchive(DIGEST, aTarArchive([{ name: 'a', content: 'x' }]), false, room)).toMatchObject({ ok: true });
    expect(await unpackArchive(DIGEST, zeros, false)).toMatchObject({ ok: true });
  });

  it('is refused when it breaks off, is no archive, or grows beyond the limits', async () => {
    const files = [{ name: 'a', content: 'x'.repeat(3_000) }, { name: 'b', content: 'x' }];
    const limits = { maxBytes: 10_000, maxFiles: 10 };
    const whole = aTarArchive(files);
    expect(await readArchive(whole, limits)).toMatchObject({ ok: true });
    expect(await readArchive(whole, { ...limits, maxBytes: 2_000 })).toMatchObject({ ok: false });
    expect(await readArchive(whole, { ...limits, maxFiles: 1 })).toMatchObject({ ok: false });
    expect(await readArchive(aTarArchive(files, 'broken'), limits)).toMatchObject({ ok: false, error: { reason: 'the archive breaks off' } });
    for (const broken of [whole.subarray(0, whole.length - 20), Buffer.from('not an archive'), Buffer.alloc(0)]) expect(await readArchive(broken, limits)).toMatchObject({ ok: false });
  });
});
