import { foreignLine } from '#kernel';

/** Somebody whom a commit names, in its own words. */
export interface CommitPerson {
  readonly name: string;
  readonly email: string;
}

/** What a commit says about itself. Everything in it was written by whoever made the commit: shown, never trusted. */
export interface CommitMeta {
  readonly id: string;
  readonly treeId: string;
  readonly parents: readonly string[];
  readonly author: CommitPerson;
  readonly committer: CommitPerson;
  /** Of `Co-authored-by:` lines, wherever in the message they stand; the first 64. */
  readonly coAuthors: readonly CommitPerson[];
  readonly committedAt: Date;
  /** First line of the message, at most 200 characters. */
  readonly subject: string;
}

const MAX_SUBJECT = 200;
const MAX_NAME = 200;
const MAX_EMAIL = 320;
/** End of the year 9999: commits name any second, and databases do not hold each. */
const LATEST_SECOND = 253_402_300_799;
const ID = /^[0-9a-f]{40}$/;
/** Longer than any name with an address; a pattern takes the square of the time. */
const MAX_PERSON = 2_000;
/** More are not read. */
export const MAX_CO_AUTHORS = 64;
const CO_AUTHOR = /^co-authored-by:([^<\n]*)<([^<>\n]*)>[ \t]*$/gim;
/** Messages are anybody's: more than any person writes is not searched. */
const MAX_SEARCHED = 256 * 1024;
const PERSON = /^(.*?) ?<([^>]*)> (-?\d{1,13})(?: [-+]\d{4})?$/;

/** Reads a commit object; undefined when it is not well formed. Pure. */
export function parseCommitObject(id: string, bytes: Uint8Array): CommitMeta | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const end = text.indexOf('\n\n');
  const head = end === -1 ? text.trimEnd() : text.slice(0, end);
  const message = end === -1 ? '' : text.slice(end + 2).trimStart();
  const parents: string[] = [];
  const fields = new Map<string, string>();
  for (const line of head.split('\n')) {
    const space = line.indexOf(' ');
    if (space <= 0) continue; // continuation of a signature
    const [key, value] = [line.slice(0, space), line.slice(space + 1)];
    if (key === 'parent') parents.push(value);
    else if (!fields.has(key)) fields.set(key, value);
  }
  const treeId = fields.get('tree') ?? '';
  const author = readPerson(fields.get('author'));
  const committer = readPerson(fields.get('committer'));
  const committedAt = new Date(Math.min(Math.max(Number(committer?.[3]), 0), LATEST_SECOND) * 1000);
  if (!ID.test(treeId) || !parents.every((parent) => ID.test(parent)) || author === null || committer === null || Number.isNaN(committedAt.getTime())) return undefined;
  const subject = foreignLine(message.split('\n', 1)[0] ?? '', MAX_SUBJECT);
  return { id, treeId, parents, author: personOf(author), committer: personOf(committer), coAuthors: coAuthorsOf(message), committedAt, subject };
}

function personOf([, name = '', email = '']: readonly string[]): CommitPerson {
  return { name: foreignLine(name, MAX_NAME), email: foreignLine(email, MAX_EMAIL) };
}

function coAuthorsOf(message: string): readonly CommitPerson[] {
  const found: CommitPerson[] = [];
  for (const [, name = '', email = ''] of message.slice(0, MAX_SEARCHED).replaceAll('\r\n', '\n').matchAll(CO_AUTHOR)) {
    found.push(personOf(['', name.trim(), email.trim()]));
    if (found.length === MAX_CO_AUTHORS) break;
  }
  return found;
}

function readPerson(line = ''): RegExpExecArray | null {
  return line.length > MAX_PERSON ? null : PERSON.exec(line);
}
