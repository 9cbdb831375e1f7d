import { foreignLine, foreignText } from '#kernel';

/** One ref to move: only if it still is where we think, which the server sees to. */
export interface RefUpdate {
  readonly fullRef: string;
  /** undefined: the ref does not exist yet. */
  readonly from: string | undefined;
  readonly to: string;
}

export type PushReport =
  /** `said`: what the server and its hooks printed. */
  | { readonly kind: 'DONE'; readonly said: string }
  /** In the server's own words; what a hook printed comes with it. */
  | { readonly kind: 'REFUSED'; readonly message: string }
  | { readonly kind: 'UNREADABLE' };

const NO_COMMIT = '0'.repeat(40);
/** Longer than what is shown: whoever shows it takes the credentials out first, and half of one would stay in. */
const MAX_MESSAGE = 20_000;

/** What receive-pack is sent: the update with its old value, and the pack. Pure. */
export function pushRequest({ fullRef, from, to }: RefUpdate, pack: Buffer): Buffer {
  const line = Buffer.from(`${from ?? NO_COMMIT} ${to} ${fullRef}\0 report-status side-band-64k agent=capstan`, 'utf8');
  return Buffer.concat([Buffer.from((line.length + 4).toString(16).padStart(4, '0'), 'latin1'), line, Buffer.from('0000', 'latin1'), pack]);
}

/** Where a ref is by an advertisement of receive-pack; undefined: it is not there. Pure. */
export function advertisedAt(advertisement: Buffer, fullRef: string): string | undefined {
  for (const payload of payloadsOf(advertisement)) {
    const [id = '', name = ''] = (payload.toString('utf8').split('\0')[0] ?? '').trimEnd().split(' ');
    if (name === fullRef && /^[0-9a-f]{40}$/.test(id)) return id;
  }
  return undefined;
}

/**
 * What the server answered, with or without side bands. `rest` is where the report begins: after the advertisement where that came first. Anything but a
 * clear yes is no success. Pure.
 */
export function readPushReport(answer: Buffer, fullRef: string): PushReport {
  const payloads = payloadsOf(answer);
  const isBanded = payloads.some((payload) => payload[0] === 1 || payload[0] === 2 || payload[0] === 3);
  const report = isBanded ? payloadsOf(Buffer.concat(payloads.filter((payload) => payload[0] === 1).map((payload) => payload.subarray(1)))) : payloads;
  const said = payloads.filter((payload) => payload[0] === 2 || payload[0] === 3).map((payload) => payload.subarray(1).toString('utf8')).join('');
  const lines = report.map((payload) => payload.toString('utf8').trimEnd());
  const refused = lines.find((line) => line.startsWith(`ng ${fullRef} `))?.slice(`ng ${fullRef} `.length) ?? lines.find((line) => /^unpack (?!ok$)/.test(line));
  if (refused !== undefined) return { kind: 'REFUSED', message: messageOf(refused, said) };
  if (lines.includes('unpack ok') && lines.includes(`ok ${fullRef}`)) return { kind: 'DONE', said: foreignText(said, MAX_MESSAGE) };
  return said.trim() === '' ? { kind: 'UNREADABLE' } : { kind: 'REFUSED', message: messageOf('', said) };
}

/** After the flush that ends the advertisement. Pure. */
export function afterAdvertisement(answer: Buffer): Buffer {
  for (let offset = 0; offset + 4 <= answer.length; ) {
    const length = Number.parseInt(answer.toString('latin1', offset, offset + 4), 16);
    if (Number.isNaN(length)) return Buffer.alloc(0);
    offset += Math.max(4, length);
    if (length === 0) return answer.subarray(offset);
  }
  return Buffer.alloc(0);
}

function payloadsOf(bytes: Buffer): readonly Buffer[] {
  const payloads: Buffer[] = [];
  for (let offset = 0; offset + 4 <= bytes.length; ) {
    const length = Number.parseInt(bytes.toString('latin1', offset, offset + 4), 16);
    if (Number.isNaN(length) || offset + length > bytes.length) break;
    if (length > 4) payloads.push(bytes.subarray(offset + 4, offset + length));
    offset += Math.max(4, length);
  }
  return payloads;
}

function messageOf(refused: string, said: string): string {
  const words = said.replaceAll(/\s+/g, ' ').trim();
  const message = [words, refused === '' ? '' : words === '' ? refused : `(${refused})`].filter((part) => part !== '').join(' ');
  return foreignLine(message, MAX_MESSAGE);
}
