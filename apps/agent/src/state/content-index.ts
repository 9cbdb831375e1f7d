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
 * Which Secrets hold content of a target: all are listed once by this process, which is told of each write since, as nobody else writes them under the lease. After
 * a write that did not end well those of its target are listed again. One that somebody deletes by hand stays in it: content may be kept a release less, never dropped too early. Bounded by what is stored.
 */
export class ContentIndex {
  readonly #known = new Map<string, Map<string, StoredSecret>>();
  /** Written by this process before all were listed: the list may be from before or after. */
  readonly #written = new Set<string>();
  #isListed = false;
  #listing: Promise<Result<void, StateFailure>> | undefined;

  constructor(private readonly secrets: StateSecrets) {}

  async of(target: TargetId, signal: AbortSignal): Promise<Result<StoredContent, StateFailure>> {
    const all = this.#isListed ? ok(undefined) : await (this.#listing ??= this.#listAll(signal).finally(() => (this.#listing = undefined)));
    if (!all.ok) return all;
    const known = this.#known.get(target);
    if (known !== undefined) return ok(byKind([...known.values()]));
    const listed = await this.#list(signal, { [TARGET_LABEL]: target });
    if (!listed.ok) return listed;
    this.#known.set(target, byName(listed.value));
    return ok(byKind(listed.value));
  }

  /** Runs writes of a target's content. Unless they end well, nobody knows what is there. */
  async writing<T, E>(target: TargetId, write: (changes: ContentChanges) => Promise<Result<T, E>>): Promise<Result<T, E>> {
    const known = this.#known.get(target);
    this.#known.delete(target); // in doubt until the answers
    if (!this.#isListed) this.#written.add(target);
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

  /** One question for all targets: each begins with what is stored of it. */
  async #listAll(signal: AbortSignal): Promise<Result<void, StateFailure>> {
    const listed = await this.#list(signal, {});
    if (!listed.ok) return listed;
    for (const [target, secrets] of Map.groupBy(listed.value, ({ labels }) => labels[TARGET_LABEL] ?? '')) if (!this.#written.has(target)) this.#known.set(target, byName(secrets));
    this.#written.clear();
    this.#isListed = true;
    return ok(undefined);
  }

  #list(signal: AbortSignal, labels: Readonly<Record<string, string>>): Promise<Result<readonly StoredSecret[], StateFailure>> {
    return this.secrets.list(['content', 'content-part'], signal, { metadataOnly: true, labels });
  }
}

function byName(secrets: readonly StoredSecret[]): Map<string, StoredSecret> {
  return new Map(secrets.map((secret) => [secret.name, secret]));
}

function byKind(secrets: readonly StoredSecret[]): StoredContent {
  const of = (kind: 'content' | 'content-part'): readonly StoredSecret[] => secrets.filter(({ labels }) => labels[STATE_LABEL] === kind);
  return { contents: of('content'), parts: of('content-part') };
}
