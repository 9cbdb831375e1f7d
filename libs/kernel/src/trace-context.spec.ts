import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatTraceparent, parseTraceparent, traceUnder } from './trace-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const UUID = '0193a7f0-1111-7abc-8def-0123456789ab';

describe('trace context', () => {
  it.each([
    [`00-${TRACE}-${SPAN}-01`], [`00-${TRACE}-${SPAN}-00`], [`cc-${TRACE}-${SPAN}-01`], [`cc-${TRACE}-${SPAN}-01-what-comes-later`],
  ])('reads %s', (text) => expect(parseTraceparent(text)).toEqual({ traceId: TRACE, spanId: SPAN }));

  it.each([
    [undefined], [''], ['00'], [`ff-${TRACE}-${SPAN}-01`], [`00-${TRACE}-${SPAN}-01-more`], [`00-${TRACE}-${SPAN}-01x`], [`00-${TRACE.toUpperCase()}-${SPAN}-01`], [`00-${'0'.repeat(32)}-${SPAN}-01`],
    [`00-${TRACE}-${'0'.repeat(16)}-01`], [`00-${TRACE.slice(1)}-${SPAN}-01`], [` 00-${TRACE}-${SPAN}-01`], [`cc-${TRACE}-${SPAN}-01-${'x'.repeat(300)}`],
  ])('takes %s for none', (text) => expect(parseTraceparent(text)).toBeUndefined());

  it('never throws, and reads back what it writes', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const read = parseTraceparent(text);
      expect(read === undefined || parseTraceparent(formatTraceparent(read)) !== undefined).toBe(true);
    }));
    fc.assert(fc.property(fc.uuid(), fc.string(), (uuid, name) => {
      const context = traceUnder(undefined, uuid, name);
      expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
    }));
  });

  it('stays in the trace of the parent, and gives the same span for the same work', () => {
    const parent = { traceId: TRACE, spanId: SPAN };
    const stage = traceUnder(parent, UUID, 'stage canary');
    expect(stage.traceId).toBe(TRACE);
    expect(traceUnder(parent, UUID, 'stage canary')).toEqual(stage);
    expect(new Set([SPAN, stage.spanId, traceUnder(parent, UUID, 'stage main').spanId, traceUnder(parent, UUID.replace('b', 'c'), 'stage canary').spanId]).size).toBe(4);
    expect(traceUnder(undefined, UUID, 'poll').traceId).toBe(UUID.replaceAll('-', ''));
  });
});
