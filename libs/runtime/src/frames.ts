const HEADER_BYTES = 4;

/** A piece of a stream with its length before it. */
export function frameHeader(bytes: number): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32BE(bytes);
  return header;
}

/** Cuts a stream back into its frames. */
export class FrameReader {
  private chunks: Buffer[] = [];
  private size = 0;

  constructor(private readonly maxFrameBytes: number) {}

  /** The frames that are complete now. undefined: a frame announces more than is allowed, and nothing after it can be read. */
  push(chunk: Buffer): readonly Buffer[] | undefined {
    this.chunks.push(chunk);
    this.size += chunk.length;
    const frames: Buffer[] = [];
    while (this.size >= HEADER_BYTES) {
      if ((this.chunks[0]?.length ?? 0) < HEADER_BYTES) this.join();
      const bytes = this.chunks[0]?.readUInt32BE(0) ?? 0;
      if (bytes > this.maxFrameBytes) return undefined;
      if (this.size < HEADER_BYTES + bytes) break;
      if ((this.chunks[0]?.length ?? 0) < HEADER_BYTES + bytes) this.join();
      const [first = Buffer.alloc(0), ...rest] = this.chunks;
      frames.push(first.subarray(HEADER_BYTES, HEADER_BYTES + bytes));
      this.chunks = [first.subarray(HEADER_BYTES + bytes), ...rest];
      this.size -= HEADER_BYTES + bytes;
    }
    return frames;
  }

  private join(): void {
    this.chunks = [Buffer.concat(this.chunks)];
  }
}
