import { objectKey, objectRefOf, readObjects, type SourcedDocument } from '#domain';
import { digestOfJson, err, ok, type Result } from '#kernel';
import type { Rendered, RenderFailure, RenderLimits, RenderRequest } from './renderer.js';

/** Documents as the objects of a render, with their digest; or what is wrong with the first that is none. */
export function judgeDocuments(documents: readonly SourcedDocument[], renderer: Rendered['renderer'], { namespace, reserved }: Pick<RenderRequest, 'namespace' | 'reserved'>, { maxObjects }: Pick<RenderLimits, 'maxObjects'>): Result<Rendered, RenderFailure> {
  const objects = readObjects(documents, { namespace, reserved, maxObjects });
  if (!objects.ok) return err({ ...objects.error, retryable: false });
  const ordered = objects.value.map(({ object }) => ({ key: objectKey(objectRefOf(object)), object })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return ok({
    objects: objects.value.map(({ object }) => object),
    sources: objects.value.map(({ file, line }) => (file === undefined ? undefined : { file, line })),
    digest: digestOfJson(ordered.map(({ object }) => object)),
    renderer,
  });
}
