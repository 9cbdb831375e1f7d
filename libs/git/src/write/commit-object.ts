/** A name and an address as commits hold them. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
}

/** A line at the end of a message by which programs find the commit again. */
export interface Trailer {
  readonly key: string;
  readonly value: string;
}

export interface NewCommit {
  readonly treeId: string;
  readonly parent: string;
  readonly by: GitIdentity;
  readonly at: Date;
  /** Subject, empty line, body; what is in it stays on its lines. */
  readonly message: string;
  readonly trailers: readonly Trailer[];
}

/** The bytes of a commit object. The same input gives the same id, so that a commit written twice is one. Pure. */
export function commitObject({ treeId, parent, by, at, message, trailers }: NewCommit): Buffer {
  const person = `${plain(by.name)} <${plain(by.email)}> ${Math.floor(at.getTime() / 1000)} +0000`;
  const text = message.replaceAll('\0', ' ').trimEnd();
  const lines = trailers.map(({ key, value }) => `${key}: ${plain(value)}\n`).join('');
  return Buffer.from(`tree ${treeId}\nparent ${parent}\nauthor ${person}\ncommitter ${person}\n\n${text}\n${lines === '' ? '' : `\n${lines}`}`, 'utf8');
}

/** Whether the last paragraph of a commit's message holds the trailer. Pure. */
export function hasTrailer(bytes: Buffer, { key, value }: Trailer): boolean {
  const text = bytes.toString('utf8');
  const end = text.indexOf('\n\n');
  const last = end === -1 ? '' : (text.slice(end + 2).trimEnd().split(/\n\s*\n/).at(-1) ?? '');
  return last.split('\n').some((line) => line.trimEnd() === `${key}: ${plain(value)}`);
}

/** What would end a header line, or a name, early. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}<>]/gu, ' ').trim();
}
