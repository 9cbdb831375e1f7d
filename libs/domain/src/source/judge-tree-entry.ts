import { foreignText } from '#kernel';

/** Longest path that is read, in UTF-8 bytes. */
export const MAX_PATH_BYTES = 4096;
/** Longest name, in UTF-8 bytes: longer ones have no place in a file system, where Kustomize needs them. */
export const MAX_NAME_BYTES = 255;
/** Most components of a path. Each costs a look into every directory above it. */
export const MAX_PATH_DEPTH = 128;

/** Code points that HFS+ ignores when it compares names: `.g<U+200C>it` is `.git` there. */
const HFS_IGNORABLE = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
/** C0, DEL and C1: a terminal acts on either kind. */
const CONTROL = /\p{Cc}/u;

/**
 * Why one name of a Git tree is not to be trusted, or undefined when it is harmless. Hub and agent ask this one function,
 * so that a commit which the hub releases is never refused by an agent for its names. Pure.
 *
 * @param name one path component as the tree holds it, without its directory
 */
export function judgeTreeEntryName(name: string): string | undefined {
  if (name === '') return 'the name is empty';
  // Before anything that looks closer: a name of megabytes is nobody's to measure.
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `the name is longer than ${MAX_NAME_BYTES} bytes`;
  if (name === '.' || name === '..') return 'the name steps out of its directory';
  if (name.includes('/')) return 'the name holds a slash';
  if (name.includes('\\')) return 'the name holds a backslash';
  if (CONTROL.test(name)) return 'the name holds a control character';
  if (name.includes('\ufffd')) return 'the name is not valid UTF-8';
  if (isGitDirectoryName(name)) return 'the name means .git on some file systems';
  if (/[. ]$/u.test(name)) return 'the name ends in a dot or a space';
  return undefined;
}

/**
 * What a name is equal to on a file system that folds case and composition and ignores some code points: two entries of one
 * directory with the same folded name overwrite each other there. Pure.
 */
export function foldTreeEntryName(name: string): string {
  return name.replace(HFS_IGNORABLE, '').normalize('NFC').toLowerCase().normalize('NFC');
}

/** The names of one directory that fold to the name of another entry in it (or stand in it twice). Pure. */
export function duplicatesAfterFold(names: readonly string[]): ReadonlySet<string> {
  const seen = new Map<string, string>();
  const duplicates = new Set<string>();
  for (const name of names) {
    const folded = foldTreeEntryName(name);
    const first = seen.get(folded);
    if (first === undefined) seen.set(folded, name);
    else duplicates.add(first).add(name);
  }
  return duplicates;
}

/**
 * The components of a path as a caller asks for it ('' is the root), or why it is refused. Absolute paths, empty components,
 * `.` and `..`, and whatever `judgeTreeEntryName` refuses never reach a tree. Pure.
 */
export function judgeTreePath(path: string): { readonly parts: readonly string[] } | { readonly reason: string } {
  if (path === '') return { parts: [] };
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return { reason: `the path is longer than ${MAX_PATH_BYTES} bytes` };
  if (path.startsWith('/')) return { reason: 'the path is absolute' };
  const parts = path.split('/');
  if (parts.length > MAX_PATH_DEPTH) return { reason: `the path is deeper than ${MAX_PATH_DEPTH} directories` };
  for (const part of parts) {
    const reason = judgeTreeEntryName(part);
    if (reason !== undefined) return { reason };
  }
  return { parts };
}

/** A path as it may be shown: names of a tree are anybody's, and may turn the text around, forge lines or never end. Pure. */
export function printablePath(path: string): string {
  return foreignText(path.replace(/[\p{C}\ufffd]/gu, '?'), 300);
}

/** `.git` in all the spellings that HFS+ and NTFS take for it: case, ignored code points, 8.3 names, streams, trailing dots and spaces. */
function isGitDirectoryName(name: string): boolean {
  const folded = foldTreeEntryName(name).split(':', 1)[0] ?? '';
  const trimmed = folded.replace(/[. ]+$/u, '');
  return trimmed === '.git' || trimmed === 'git~1';
}
