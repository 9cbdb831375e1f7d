import { err, ok, type Result } from '#kernel';
import type { Chunk } from './generated/capstan/agent/v1/session.js';
import { CHUNK_BYTES, MAX_JOINED_BYTES } from './protocol.js';

export type ChunkFailure =
  | { readonly code: 'FRAME_TOO_LARGE'; readonly maxBytes: number }
  | { readonly code: 'CHUNK_OUT_OF_ORDER'; readonly id: string }
  | { readonly code: 'CHUNK_INTERRUPTED'; readonly id: string };

/** The parts of a serialized frame that is over CHUNK_BYTES; undefined: send it as it is. */
export function splitFrame(bytes: Uint8Array, id: string): Result<readonly Chunk[] | undefined, ChunkFailure> {
  if (bytes.length <= CHUNK_BYTES) return ok(undefined);
  if (bytes.length > MAX_JOINED_BYTES) return err({ code: 'FRAME_TOO_LARGE', maxBytes: MAX_JOINED_BYTES });
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return ok(Array.from({ length: count }, (_, index) => ({ id, index, count, data: Buffer.from(bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)) })));
}

/**
 * Joins the parts of one frame at a time, as they come in order on one lane. Memory is bounded by MAX_JOINED_BYTES: what exceeds it, comes out of
 * order or opens a second set before the first is whole is refused, and the open set forgotten.
 */
export class ChunkJoiner {
  private open: { readonly id: string; readonly count: number; readonly parts: Buffer[]; bytes: number } | undefined;

  get isOpen(): boolean {
    return this.open !== undefined;
  }

  /** The joined bytes when the last part came, undefined before. */
  offer(chunk: Chunk): Result<Uint8Array | undefined, ChunkFailure> {
    const open = this.open ?? { id: chunk.id, count: chunk.count, parts: [], bytes: 0 };
    if (chunk.id !== open.id) return this.refuse({ code: 'CHUNK_INTERRUPTED', id: open.id });
    const isValid = chunk.count === open.count && chunk.count > 0 && chunk.index === open.parts.length && chunk.index < chunk.count && chunk.data.length > 0;
    if (!isValid) return this.refuse({ code: 'CHUNK_OUT_OF_ORDER', id: chunk.id.slice(0, 64) });
    open.bytes += chunk.data.length;
    if (open.bytes > MAX_JOINED_BYTES) return this.refuse({ code: 'FRAME_TOO_LARGE', maxBytes: MAX_JOINED_BYTES });
    open.parts.push(chunk.data);
    if (open.parts.length < open.count) {
      this.open = open;
      return ok(undefined);
    }
    this.open = undefined;
    return ok(Buffer.concat(open.parts));
  }

  /** Says that a frame of the same lane came while a set was open. */
  interrupt(): ChunkFailure | undefined {
    if (this.open === undefined) return undefined;
    const failure: ChunkFailure = { code: 'CHUNK_INTERRUPTED', id: this.open.id.slice(0, 64) };
    this.open = undefined;
    return failure;
  }

  private refuse(failure: ChunkFailure): Result<undefined, ChunkFailure> {
    this.open = undefined;
    return err(failure);
  }
}
