import { directory, file, link, submodule, withMode, type HostileEntry } from './hostile-tree.js';

/**
 * What stands beside `good.yaml` in the directory of an application. `refused`: the path that hub and agent name, below that directory, as it is
 * printed; absent: both take it.
 */
export interface HostileCase {
  readonly title: string;
  readonly entries: readonly HostileEntry[];
  readonly refused?: string;
  /** Only the beginning of the path is given. */
  readonly isCut?: true;
}

const named = (what: string, names: readonly string[]): readonly HostileCase[] =>
  names.map((name) => ({ title: `${what} ${JSON.stringify(name)}`, entries: [file(name)], refused: name.replaceAll(/\p{C}/gu, '?') }));
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
/** Code points that HFS+ ignores in names. */
const IGNORED = ['\u200c', '\u200d', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u206a', '\u206b', '\u206c', '\u206d', '\u206e', '\u206f', '\ufeff'];
const DEEP = 140;

/** A directory in a directory and so on; the innermost holds a manifest. */
function nested(depth: number, name: string): HostileEntry {
  let entry: HostileEntry = file('a.yaml', '');
  for (let level = 0; level < depth; level += 1) entry = directory(name, entry);
  return entry;
}

/** @param outside an absolute path of a file that nobody may touch */
export function refusedCases(outside: string): readonly HostileCase[] {
  return [
    { title: 'a directory .git with a hook', entries: [directory('.git', directory('hooks', withMode('100755', file('post-checkout', '#!/bin/sh\n'))))], refused: '.git' },
    ...named('.git by case:', ['.GIT', '.Git', '.giT']),
    ...IGNORED.map((point, index) => ({ title: `.git with ignored U+${point.codePointAt(0)?.toString(16) ?? ''}`, entries: [file(`${'.git'.slice(0, index % 5)}${point}${'.git'.slice(index % 5)}`)], refused: `${'.git'.slice(0, index % 5)}?${'.git'.slice(index % 5)}` })),
    ...named('.git on NTFS:', ['git~1', 'GIT~1', 'Git~1.', '.git ', '.git.', '.git. .', '.git::$INDEX_ALLOCATION', '.git:config']),
    ...named('an end that Windows drops:', ['a.yaml.', 'a.yaml ', '...', ' ']),
    ...named('a backslash:', ['a\\b.yaml', '..\\..\\evil.yaml', '.git\\config']),
    ...named('a control character:', ['a\rb.yaml', 'a\nb.yaml', 'a\tb.yaml', '\u001b[2Jb.yaml', 'a\u007f.yaml', 'a\u0085.yaml', 'a\u009b1m.yaml']),
    ...named('a slash:', ['x/y.yaml', '/etc/evil.yaml', '../evil.yaml', '../../../../../../../../../..' + outside, outside]),
    { title: 'a directory ..', entries: [directory('..', file('evil.yaml'))], refused: '..' },
    { title: 'a directory .', entries: [directory('.', file('evil.yaml'))], refused: '.' },
    ...([['a stray byte', bytes(0x61, 0xff, 0x62), 'a?b'], ['an overlong slash', bytes(0x2e, 0x2e, 0xc0, 0xaf, 0x78), '..??x'], ['half a surrogate pair', bytes(0xed, 0xa0, 0x80), '???'], ['a character cut short', bytes(0x61, 0xe2, 0x82), 'a?']] as const).map(
      ([what, name, refused]) => ({ title: `no UTF-8: ${what}`, entries: [file(name)], refused }),
    ),
    ...named('a name too long for a file system:', [`${'a'.repeat(251)}.yaml`, `${'ü'.repeat(126)}.yaml`]),
    { title: 'two names that differ in case', entries: [file('B.yaml'), file('b.yaml')], refused: 'B.yaml' },
    { title: 'two names that differ in composition', entries: [file('e\u0301.yaml'), file('\u00e9.yaml')], refused: 'e\u0301.yaml' },
    { title: 'two names that differ in an ignored code point', entries: [file('x.yaml'), file('x\u200d.yaml')], refused: 'x.yaml' },
    { title: 'two names that differ in a letter that folds', entries: [file('k.yaml'), file('\u212a.yaml')], refused: 'k.yaml' },
    { title: 'one name twice', entries: [file('b.yaml'), file('b.yaml', 'x: 2\n')], refused: 'b.yaml' },
    { title: 'a file and a directory of one name', entries: [file('web'), file('web-1'), directory('web', file('a.yaml'))], refused: 'web' },
    { title: 'an absolute symlink', entries: [link('l.yaml', outside)], refused: 'l.yaml' },
    { title: 'a symlink to a directory outside', entries: [link('l', outside.slice(0, outside.lastIndexOf('/')))], refused: 'l' },
    { title: 'a symlink that climbs out', entries: [link('l.yaml', '../'.repeat(12) + outside.slice(1))], refused: 'l.yaml' },
    { title: 'a symlink that climbs out and comes back', entries: [link('l.yaml', '../'.repeat(12) + 'good.yaml')], refused: 'l.yaml' },
    { title: 'a symlink to itself', entries: [link('l.yaml', 'l.yaml')], refused: 'l.yaml' },
    { title: 'two symlinks to one another', entries: [link('l.yaml', 'm.yaml'), link('m.yaml', 'l.yaml')], refused: 'l.yaml' },
    { title: 'a chain of ten symlinks', entries: [...Array.from({ length: 10 }, (_, index) => link(`l${index}.yaml`, `l${index + 1}.yaml`)), file('l10.yaml', '')], refused: 'l8.yaml' },
    { title: 'an empty symlink', entries: [link('l.yaml', '')], refused: 'l.yaml' },
    { title: 'a symlink to .git', entries: [link('l.yaml', '.git/config')], refused: 'l.yaml' },
    { title: 'a symlink with a NUL', entries: [link('l.yaml', 'good.yaml\0/../../x')], refused: 'l.yaml' },
    { title: 'a symlink with a backslash', entries: [link('l.yaml', '..\\..\\x')], refused: 'l.yaml' },
    { title: 'a symlink longer than a path may be', entries: [link('l.yaml', 'a/'.repeat(2_100))], refused: 'l.yaml' },
    { title: 'a submodule', entries: [submodule('vendor')], refused: 'vendor' },
    { title: 'a submodule far below', entries: [directory('a', directory('b', submodule('vendor')))], refused: 'a/b/vendor' },
    { title: 'a symlink to a submodule', entries: [directory('a', submodule('vendor')), link('l', 'a/vendor')], refused: 'a/vendor' },
    { title: 'a hostile name far below', entries: [directory('a', directory('b', file('.git.')))], refused: 'a/b/.git.' },
    { title: 'directories nested very deeply', entries: [nested(DEEP, 'd')], refused: 'd/d/d', isCut: true },
    { title: 'a path longer than 4 KiB', entries: [nested(20, 'd'.repeat(250))], refused: 'd'.repeat(250), isCut: true },
    { title: 'a mode of a special file', entries: [withMode('10644', file('b.yaml'))], refused: '' },
    { title: 'a mode with set-user-id', entries: [withMode('104755', file('b.yaml'))], refused: '' },
    { title: 'a mode of Windows', entries: [withMode('100777', file('b.yaml'))], refused: '' },
  ];
}

const harmless = (...names: readonly string[]): readonly HostileCase[] => names.map((name) => ({ title: `the harmless name ${JSON.stringify(name)}`, entries: [file(name, '')] }));

/** What looks like it and is not: none of it may be refused. */
export const TAKEN_CASES: readonly HostileCase[] = [
  ...harmless('.gitignore', '.gitmodules', '.gitattributes', '.github', 'git', 'git~2', 'a.git', '-rf.yaml', '$(id).yaml', '`id`.yaml', '*?.yaml', 'CON.yaml', '日本.yaml', ' lead.yaml', 'a:b.yaml', '~root.yaml', '%2e%2e.yaml', '\'; DROP.yaml', '..a', '__proto__', `${'a'.repeat(250)}.yaml`),
  { title: 'a symlink that stays inside', entries: [link('l.yaml', 'm.yaml'), file('m.yaml', '')] },
  { title: 'a symlink to a directory of the repository', entries: [link('l', '../../../shared')] },
  { title: 'a chain of eight symlinks', entries: [...Array.from({ length: 8 }, (_, index) => link(`l${index}.yaml`, `l${index + 1}.yaml`)), file('l8.yaml', '')] },
  { title: 'a loop of directories', entries: [directory('a', link('up', '..'))] },
  { title: 'an executable', entries: [withMode('100755', file('run.sh', '#!/bin/sh\n'))] },
  { title: 'a mode of old', entries: [withMode('100664', file('b.yaml', ''))] },
  { title: 'a hundred directories deep', entries: [nested(100, 'd')] },
];
