import { parseDigest, type Digest, type Json } from '#kernel';
import { fieldOf, isJsonList, isJsonObject } from '../json/read-json.js';

/**
 * Reads members of a decoded document and remembers the first one that is not what it should be, so that a parser asks once,
 * at its end. What it returns after a failure is a placeholder that must not be used.
 */
export class JsonReader {
  private firstFault: string | undefined;

  constructor(
    private readonly value: Json | undefined,
    private readonly at = '',
    private readonly parent?: JsonReader,
  ) {}

  /** Path of the first wrong member, or undefined. */
  get fault(): string | undefined {
    return this.firstFault;
  }

  text(name: string): string {
    return this.read(name, (value) => (typeof value === 'string' ? value : undefined), '');
  }

  flag(name: string): boolean {
    return this.read(name, (value) => (typeof value === 'boolean' ? value : undefined), false);
  }

  count(name: string): number {
    return this.read(name, (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined), 0);
  }

  integer(name: string): number {
    return this.read(name, (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined), 0);
  }

  /** An unsigned 64-bit number, which travels as decimal text. */
  big(name: string): bigint {
    return this.read(name, (value) => (typeof value === 'string' && /^\d{1,20}$/.test(value) ? BigInt(value) : undefined), 0n);
  }

  digest(name: string): Digest | undefined {
    return this.read<Digest | undefined>(name, (value) => (typeof value === 'string' ? parseDigest(value) : undefined), undefined);
  }

  /** A text that `parse` understands; it may throw or answer undefined. */
  parsed<T>(name: string, parse: (text: string) => T | undefined): T | undefined {
    return this.read<T | undefined>(
      name,
      (value) => {
        try {
          return typeof value === 'string' ? parse(value) : undefined;
        } catch {
          return undefined; // becomes the fault of this member, in read()
        }
      },
      undefined,
    );
  }

  has(name: string): boolean {
    return fieldOf(this.value, name) !== undefined;
  }

  object(name: string): JsonReader {
    const value = fieldOf(this.value, name);
    if (!isJsonObject(value)) this.fail(this.path(name));
    return new JsonReader(value, this.path(name), this);
  }

  list(name: string): readonly JsonReader[] {
    const value = fieldOf(this.value, name);
    if (!isJsonList(value)) {
      this.fail(this.path(name));
      return [];
    }
    return value.map((item, index) => new JsonReader(item, `${this.path(name)}[${index}]`, this));
  }

  private read<T>(name: string, accept: (value: Json | undefined) => T | undefined, placeholder: T): T {
    const accepted = accept(fieldOf(this.value, name));
    if (accepted === undefined) this.fail(this.path(name));
    return accepted ?? placeholder;
  }

  private path(name: string): string {
    return this.at === '' ? name : `${this.at}.${name}`;
  }

  private fail(path: string): void {
    this.firstFault ??= path;
    this.parent?.fail(path);
  }
}
