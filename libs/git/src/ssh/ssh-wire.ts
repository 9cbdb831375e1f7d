/** A length-prefixed string, as SSH writes it. */
export function sshString(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A positive number of any size, as SSH writes it: no leading zeros but one that keeps it positive. */
export function sshMpint(number: Uint8Array): Buffer {
  let start = 0;
  while (start < number.length && number[start] === 0) start += 1;
  const bare = Buffer.from(number.subarray(start));
  return sshString((bare[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bare]) : bare);
}

/** Reads what SSH writes. @throws RangeError past the end */
export class SshReader {
  private offset = 0;

  constructor(private readonly bytes: Buffer) {}

  uint32(): number {
    const value = this.bytes.readUInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  string(): Buffer {
    const length = this.uint32();
    if (this.offset + length > this.bytes.length) throw new RangeError('the text breaks off');
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** Without the zero that keeps it positive. */
  mpint(): Buffer {
    const bytes = this.string();
    return bytes[0] === 0 ? bytes.subarray(1) : bytes;
  }
}
