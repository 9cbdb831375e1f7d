import { formatPattern, matchesPattern, objectRefOf, parseApiVersion, readPatch, type KubeObject, type Patch, type PatchContent } from '#domain';
import { err, ok, type Result } from '#kernel';
import type { RenderFailure } from './renderer.js';
import { refuse } from './render-failures.js';

/** A patch that reads, and what failures call it. */
export interface NamedPatch {
  /** `patches[2] (Deployment.apps web)`. */
  readonly name: string;
  readonly content: PatchContent;
}

/** Objects that get the same patches, few enough for one run of kustomize. */
export interface PatchBatch {
  readonly patches: readonly NamedPatch[];
  /** Where they stand among all objects, rising. */
  readonly places: readonly number[];
}

/** Kustomize's time grows with the square of the objects of one run. */
const MAX_BATCH = 200;
/** Kustomize leaves such an object out of what it builds. */
const LOCAL_CONFIG = 'config.kubernetes.io/local-config';

/**
 * Which objects get which patches: by their names as they were rendered, exactly, all members of a target at once. An object without a namespace counts as
 * in the application's. A patch that does not read or that matches nothing is a failure which names it by its place. Pure.
 */
export function choosePatches(objects: readonly KubeObject[], patches: readonly Patch[], namespace: string): Result<readonly PatchBatch[], RenderFailure> {
  const refs = objects.map((object) => ({ ...objectRefOf(object), namespace: object.metadata.namespace ?? namespace }));
  const ofObject = objects.map((): NamedPatch[] => []);
  for (const [index, { target, patch, place }] of patches.entries()) {
    const name = `patches[${place ?? index}] (${formatPattern(target)})`;
    const content = readPatch(patch);
    if (!content.ok) return refuse('PATCH_FAILED', `${name}: ${content.error.what}`);
    const named = { name, content: content.value };
    let matched = 0;
    for (const [at, ref] of refs.entries()) {
      if (!matchesPattern(target, ref)) continue;
      const local = objects[at]?.metadata.annotations?.[LOCAL_CONFIG];
      if (local !== undefined && local !== 'false') return refuse('PATCH_FAILED', `${name}: ${ref.kind} ${ref.name} says ${LOCAL_CONFIG} and cannot be patched: take the annotation off`);
      ofObject[at]?.push(named);
      matched += 1;
    }
    if (matched === 0) return err({ code: 'PATCH_FAILED', message: `${name}: no object that was rendered is its target`, retryable: false });
  }
  return ok(batchesOf(objects, ofObject));
}

function batchesOf(objects: readonly KubeObject[], ofObject: readonly (readonly NamedPatch[])[]): readonly PatchBatch[] {
  const open = new Map<string, { readonly patches: readonly NamedPatch[]; readonly places: number[]; readonly ids: Set<string> }[]>();
  for (const [at, patches] of ofObject.entries()) {
    const object = objects[at];
    if (object === undefined || patches.length === 0) continue;
    const list = patches.map(({ name }) => name).join('\n');
    const batches = open.get(list) ?? [];
    open.set(list, batches);
    const id = kustomizeId(object);
    let batch = batches.find(({ places, ids }) => places.length < MAX_BATCH && !ids.has(id));
    if (batch === undefined) batches.push((batch = { patches, places: [], ids: new Set() }));
    batch.places.push(at);
    batch.ids.add(id);
  }
  return [...open.values()].flat();
}

/** What kustomize takes for one object: without a namespace and in `default` is the same to it. */
function kustomizeId({ apiVersion, kind, metadata }: KubeObject): string {
  const { group, version } = parseApiVersion(apiVersion);
  return [group, version, kind, metadata.namespace ?? 'default', metadata.name].join('/');
}
