export type PktLineVerdict = { readonly kind: 'whole'; readonly packets: number } | { readonly kind: 'broken' } | { readonly kind: 'error'; readonly message: string };

const FLUSH = 0;
const MAX_LENGTH = 65_520;
const ERROR_BAND = 3;

/**
 * Whether an answer of a Git server is whole: pkt-lines without a gap that end in a flush. A list of refs that broke off must not be
 * read as a shorter list. `error` is what the server said on its error channel. Pure.
 */
export function checkPktLines(body: Buffer): PktLineVerdict {
  let offset = 0;
  let last = -1;
  let packets = 0;
  while (offset < body.length) {
    const digits = body.toString('latin1', offset, offset + 4);
    if (!/^[0-9a-f]{4}$/i.test(digits)) return { kind: 'broken' };
    last = Number.parseInt(digits, 16);
    if (last > MAX_LENGTH || offset + Math.max(4, last) > body.length) return { kind: 'broken' };
    if (last > 4) {
      packets++;
      const payload = body.subarray(offset + 4, offset + last);
      const isError = payload.length > 4 && payload.toString('latin1', 0, 4) === 'ERR ';
      if (isError || payload[0] === ERROR_BAND) return { kind: 'error', message: payload.subarray(isError ? 4 : 1).toString('utf8').trim().slice(0, 300) };
    }
    offset += Math.max(4, last); // 0000 flush, 0001 delimiter and 0002 response end are four bytes long
  }
  return last === FLUSH ? { kind: 'whole', packets } : { kind: 'broken' };
}
