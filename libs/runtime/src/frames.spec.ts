import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameReader, frameHeader } from './frames.js';

const framed = (bytes: Uint8Array): Buffer => Buffer.concat([frameHeader(bytes.byteLength), bytes]);

describe('frames', () => {
  it('come back as they were sent, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(framed));
        const reader = new FrameReader(40);
        const read: Buffer[] = [];
        for (let at = 0, cut = 0; at < stream.length; at += cuts[cut % cuts.length] ?? 1, cut += 1) read.push(...(reader.push(stream.subarray(at, at + (cuts[cut % cuts.length] ?? 1))) ?? []));
        expect(read.map((frame) => [...frame])).toEqual(sent.map((frame) => [...frame]));
      }),
    );
  });

  it('that announce more than is allowed are refused before any of it has come', () => {
    expect(new FrameReader(40).push(Buffer.from(frameHeader(41)))).toBeUndefined();
  });
});
