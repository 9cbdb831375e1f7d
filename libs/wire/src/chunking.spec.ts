import { describe, expect, it } from '@jest/globals';
import { ChunkJoiner, splitFrame } from './chunking.js';
import { CHUNK_BYTES, MAX_JOINED_BYTES } from './protocol.js';

const chunk = (id: string, index: number, count: number, data = Buffer.from('x')): { id: string; index: number; count: number; data: Buffer } => ({ id, index, count, data });

describe('chunks', () => {
  it('are made only of what is too long, and join to the same bytes', () => {
    expect(splitFrame(Buffer.alloc(CHUNK_BYTES), 'a')).toEqual({ ok: true, value: undefined });
    const bytes = Buffer.alloc(2 * CHUNK_BYTES + 7, 'capstan');
    const split = splitFrame(bytes, 'a');
    const joiner = new ChunkJoiner();
    const joined = (split.ok ? (split.value ?? []) : []).map((part) => joiner.offer(part));
    expect(joined.slice(0, -1)).toEqual([{ ok: true, value: undefined }, { ok: true, value: undefined }]);
    const last = joined.at(-1);
    expect(last?.ok === true && last.value !== undefined && bytes.equals(last.value)).toBe(true);
    expect(joiner.isOpen).toBe(false);
  });

  it.each<[string, readonly ReturnType<typeof chunk>[], string]>([
    ['that begin in the middle', [chunk('a', 1, 2)], 'CHUNK_OUT_OF_ORDER'],
    ['that skip one', [chunk('a', 0, 3), chunk('a', 2, 3)], 'CHUNK_OUT_OF_ORDER'],
    ['that come twice', [chunk('a', 0, 3), chunk('a', 0, 3)], 'CHUNK_OUT_OF_ORDER'],
    ['that change their count', [chunk('a', 0, 3), chunk('a', 1, 4)], 'CHUNK_OUT_OF_ORDER'],
    ['of nothing', [chunk('a', 0, 0)], 'CHUNK_OUT_OF_ORDER'],
    ['without data', [chunk('a', 0, 2, Buffer.alloc(0))], 'CHUNK_OUT_OF_ORDER'],
    ['of a second set before the first is whole', [chunk('a', 0, 3), chunk('b', 0, 3)], 'CHUNK_INTERRUPTED'],
  ])('%s are refused and the set is forgotten', (_name, chunks, code) => {
    const joiner = new ChunkJoiner();
    expect(chunks.map((part) => joiner.offer(part)).at(-1)).toMatchObject({ ok: false, error: { code } });
    expect(joiner.isOpen).toBe(false);
  });

  it('never hold more than their bound', () => {
    const joiner = new ChunkJoiner();
    const data = Buffer.alloc(4 * CHUNK_BYTES);
    const fits = MAX_JOINED_BYTES / data.length;
    for (let index = 0; index < fits; index += 1) expect(joiner.offer(chunk('a', index, 1_000, data)).ok).toBe(true);
    expect(joiner.offer(chunk('a', fits, 1_000, data))).toEqual({ ok: false, error: { code: 'FRAME_TOO_LARGE', maxBytes: MAX_JOINED_BYTES } });
    expect(splitFrame(Buffer.alloc(MAX_JOINED_BYTES + 1), 'a')).toEqual({ ok: false, error: { code: 'FRAME_TOO_LARGE', maxBytes: MAX_JOINED_BYTES } });
  });
});
