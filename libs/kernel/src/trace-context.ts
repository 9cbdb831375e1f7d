import { createHash } from 'node:crypto';

/** Where in a trace something belongs: the trace, and the span that what follows is a child of. As W3C Trace Context has it. */
export interface TraceContext {
  /** 32 hex digits, not all zero. */
  readonly traceId: string;
  /** 16 hex digits, not all zero. */
  readonly spanId: string;
}

/** A later version may say more behind a dash; of version 00 nothing follows. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const MAX_LENGTH = 256;

/** What a `traceparent` says; undefined: nothing that can be read, and a trace of one's own begins. Never a failure. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  const [, version, traceId = '', spanId = '', more] = TRACEPARENT.exec(text) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined) || isZero(traceId) || isZero(spanId)) return undefined;
  return { traceId, spanId };
}

/** As version 00, and sampled. */
export function formatTraceparent({ traceId, spanId }: TraceContext): string {
  return `00-${traceId}-${spanId}-01`;
}

/**
 * The place of a span under another one, or in a trace of its own that the UUID names. The same name gives the same span again, so that whoever was
 * killed and does his work anew tells of the same span.
 */
export function traceUnder(parent: TraceContext | undefined, uuid: string, name: string): TraceContext {
  return { traceId: parent?.traceId ?? uuid.replaceAll('-', ''), spanId: spanIdOf(`${uuid} ${name}`) };
}

/** Not all zero, but for a chance of one in 2^64. */
function spanIdOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function isZero(digits: string): boolean {
  return /^0*$/.test(digits);
}
