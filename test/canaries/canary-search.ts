import type { Canary } from './canary.js';

/** One canary where none may be. Says nothing of what stands around it. */
export interface CanaryHit {
  readonly canary: string;
  readonly form: string;
  readonly place: string;
}

/** Looks for every canary in every form, and remembers where it has looked. */
export class CanarySearch {
  private readonly found = new Map<string, CanaryHit>();
  private readonly looked = new Set<string>();

  constructor(private readonly canaries: readonly Canary[]) {}

  get hits(): readonly CanaryHit[] {
    return [...this.found.values()];
  }

  /** Kinds of places that something was read in. */
  get kinds(): ReadonlySet<string> {
    return this.looked;
  }

  /** @param kind `log`, `table`, `environment`, ... @param detail which one of them */
  look(kind: string, detail: string, content: string | Uint8Array): void {
    this.looked.add(kind);
    const bytes = typeof content === 'string' ? Buffer.from(content) : content instanceof Buffer ? content : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    for (const { name, forms } of this.canaries) {
      for (const { form, bytes: wanted } of forms) {
        if (!bytes.includes(wanted)) continue;
        const place = `${kind}: ${detail}`;
        this.found.set(JSON.stringify([name, form, place]), { canary: name, form, place });
      }
    }
  }
}
