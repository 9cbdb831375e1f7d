import { ok, type Result } from '#kernel';
import { textOf, type InventoryEntry, type KubeObject, type ObjectRef } from '#domain';
import type { KubeFailure } from '#kube';
import type { ObjectReader } from './object-reader.js';

const DEFINITION = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: '' };
const DEFINITION_VERSION = 'apiextensions.k8s.io/v1';
/** Definitions of one group that are looked at. */
const MAX_DEFINITIONS = 200;

/**
 * Reads objects that are to go. A kind that the whole API no longer has, and no definition declares, took its objects with it: each reads as
 * gone. Nothing is deleted on that word, it only ends the tracking of what nobody could delete. Keeps what it found out about kinds: one per step.
 */
export class DoomedReader {
  readonly #withdrawn = new Map<string, Promise<Result<boolean, KubeFailure>>>();

  constructor(
    private readonly reader: ObjectReader,
    private readonly signal: AbortSignal,
  ) {}

  async read(entry: InventoryEntry): Promise<Result<KubeObject | undefined, KubeFailure>> {
    // What holds up the end of a namespace is in its status.
    const metadataOnly = entry.ref.kind !== 'Namespace' || entry.ref.group !== '';
    const read = await this.reader.read(entry, { metadataOnly, signal: this.signal });
    if (read.ok || read.error.code !== 'KIND_NOT_FOUND') return read;
    const kind = `${entry.ref.group}/${entry.ref.kind}`;
    const asked = this.#withdrawn.get(kind) ?? this.#isWithdrawn(entry.ref);
    this.#withdrawn.set(kind, asked);
    const withdrawn = await asked;
    return withdrawn.ok && withdrawn.value ? ok(undefined) : read;
  }

  async #isWithdrawn(ref: ObjectRef): Promise<Result<boolean, KubeFailure>> {
    const again = await this.reader.resolveAnew(ref, this.signal);
    if (again.ok) return ok(false);
    if (again.error.code !== 'KIND_NOT_FOUND') return again;
    const resource = await this.reader.resolve({ ref: DEFINITION, apiVersion: DEFINITION_VERSION }, this.signal);
    if (!resource.ok) return resource;
    const listed = await this.reader.asWhoMay(resource.value, (client) => client.list(resource.value, { metadataOnly: true, signal: this.signal }));
    if (!listed.ok) return listed;
    const ofGroup = listed.value.items.filter(({ metadata }) => metadata.name.endsWith(`.${ref.group}`));
    if (ofGroup.length > MAX_DEFINITIONS) return ok(false);
    for (const { metadata } of ofGroup) {
      const definition = await this.reader.read({ ref: { ...DEFINITION, name: metadata.name }, apiVersion: DEFINITION_VERSION }, { signal: this.signal });
      if (!definition.ok) return definition;
      if (textOf(definition.value, 'spec', 'names', 'kind') === ref.kind) return ok(false);
    }
    return ok(true);
  }
}
