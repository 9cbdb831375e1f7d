import { ok, type Result } from '#kernel';
import type { TargetId } from '#domain';
import type { StateFailure } from '../reconcile/agent.ports.js';
import { STATE_LABEL, type StateSecrets, type StoredSecret } from './state-secrets.js';

export const TARGET_LABEL = 'capstan.dev/target-id';

/** What is stored of one target, without the bytes. */
export interface StoredContent {
  readonly contents: readonly StoredSecret[];
  readonly parts: readonly StoredSecret[];
}

/** Told of each change that the server has confirmed. */
export interface ContentChanges {
  written(secret: StoredSecret): void;
  removed(name: string): void;
}

/**
 * Which Secrets hold content of a target: listed once by this process and told of each write since, as nobody else writes them under the lease. After
 * a write that did not end well they are listed again. One that somebody deletes by hand stays in it: content may be kept a release less, never dropped too early. Bounded by what is stored.
 */
export class ContentIndex {
  readonly #known = new Map<TargetId, Map<string, StoredSecret>>();

  constructor(private readonly secrets: StateSecrets) {}

  async of(target: TargetId, signal: AbortSignal): Promise<Result<StoredContent, StateFailure>> {
    const known = this.#known.get(target);
    if (known !== undefined) return ok(byKind([...known.values()]));
    const listed = await this.secrets.list(['content', 'content-part'], signal, { metadataOnly: true, labels: { [TARGET_LABEL]: target } });
    if (!listed.ok) return listed;
    this.#known.set(target, new Map(listed.value.map((secret) => [secret.name, secret])));
    return ok(byKind(listed.value));
  }

  /** Runs writes of a target's content. Unless they end well, nobody knows what is there. */
  async writing<T, E>(target: TargetId, write: (changes: ContentChanges) => Promise<Result<T, E>>): Promise<Result<T, E>> {
    const known = this.#known.get(target);
    this.#known.delete(target); // in doubt until the answers
    const result = await write({
      written: (secret) => known?.set(secret.name, { ...secret, data: new Map() }),
      removed: (name) => known?.delete(name),
    });
    if (result.ok && known !== undefined) this.#known.set(target, known);
    return result;
  }

  /** The target is gone. */
  forget(target: TargetId): void {
    this.#known.delete(target);
  }
}

function byKind(secrets: readonly StoredSecret[]): StoredContent {
  const of = (kind: 'content' | 'content-part'): readonly StoredSecret[] => secrets.filter(({ labels }) => labels[STATE_LABEL] === kind);
  return { contents: of('content'), parts: of('content-part') };
}
