import { err, ok, type Result } from '#kernel';
import { abortFailure, type Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import { gitHttp, GitHttpFault, NoRefs } from '../isomorphic-git/git-http.js';

/** Far more than the answer for named refs of any repository. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const REF_LINE = /^([0-9a-f]{40}) ([^\0 ]+)(?: peeled:([0-9a-f]{40}))?(?:\0.*)?$/;
const FLUSH = '0000';
const DELIMITER = '0001';

/**
 * Where refs are, asked over HTTP without a process: one question about the server and one about the refs (protocol version 2), or one in
 * all with servers that know only the versions before. What the server says in its headers is heard, Retry-After above all.
 *
 * @param prefixes of full names; none asks for all
 * @param silenceMs a server from which nothing comes for this long is given up
 * @returns full ref -> commit, tags peeled
 */
export async function listRefsOverHttp(contact: Contact, prefixes: readonly string[], silenceMs: number, signal: AbortSignal): Promise<Result<ReadonlyMap<string, string>, GitFailure>> {
  if (signal.aborted) return err(abortFailure(contact, signal));
  const http = gitHttp(contact, { maxResponseBytes: MAX_ANSWER_BYTES, silenceMs }, signal);
  try {
    const greeting = linesOf(await whole(http.request({ url: `${contact.url}/info/refs?service=git-upload-pack`, method: 'GET', headers: { 'git-protocol': 'version=2' } })));
    if (!greeting.includes('version 2')) return readRefs(contact, greeting.filter((line) => !line.startsWith('# service=')));
    const isSha1 = greeting.includes('object-format=sha1');
    const question = [
      packet('command=ls-refs'), packet('agent=capstan'), ...(isSha1 ? [packet('object-format=sha1')] : []), DELIMITER,
      packet('peel'), ...prefixes.map((prefix) => packet(`ref-prefix ${prefix}`)), FLUSH,
    ].join('');
    const headers = { 'git-protocol': 'version=2', 'content-type': 'application/x-git-upload-pack-request', accept: 'application/x-git-upload-pack-result' };
    return readRefs(contact, linesOf(await whole(http.request({ url: `${contact.url}/git-upload-pack`, method: 'POST', headers, body: once(Buffer.from(question)) }))));
  } catch (error) {
    if (error instanceof NoRefs) return ok(new Map());
    if (error instanceof GitHttpFault) return err(error.failure);
    throw error;
  }
}

function readRefs(contact: Contact, lines: readonly string[]): Result<ReadonlyMap<string, string>, GitFailure> {
  const commits = new Map<string, string>();
  const peeled = new Map<string, string>();
  for (const line of lines) {
    if (line.startsWith('shallow ')) continue;
    const [, id, ref = '', target] = REF_LINE.exec(line) ?? [];
    if (id === undefined) return err(contact.failure('GIT_PROTOCOL_ERROR', 'the list of refs could not be read'));
    if (ref === 'capabilities^{}') continue; // an empty repository
    if (ref.endsWith('^{}')) peeled.set(ref.slice(0, -3), id);
    else commits.set(ref, target ?? id);
  }
  return ok(new Map([...commits, ...peeled]));
}

/** The lines of an answer that was found whole. */
function linesOf(answer: Buffer): readonly string[] {
  const lines: string[] = [];
  for (let offset = 0; offset + 4 <= answer.length; ) {
    const length = Number.parseInt(answer.toString('latin1', offset, offset + 4), 16);
    if (length > 4) lines.push(answer.toString('utf8', offset + 4, offset + length).replace(/\n$/, ''));
    offset += Math.max(4, length);
  }
  return lines;
}

function packet(line: string): string {
  return `${(Buffer.byteLength(line) + 5).toString(16).padStart(4, '0')}${line}\n`;
}

async function whole(pending: ReturnType<ReturnType<typeof gitHttp>['request']>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await pending).body ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}
