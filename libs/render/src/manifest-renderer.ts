import { KUSTOMIZATION_FILE_NAMES, objectKey, objectRefOf, readObjects, substituteParameters, type SourcedDocument, type SourceTree } from '#domain';
import { digestOfJson, err, ok, type Result } from '#kernel';
import type { Kustomize } from './kustomize.js';
import { readPlainDocuments } from './read-plain-documents.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { Rendered, Renderer, RenderFailure, RenderLimits, RenderRequest } from './renderer.js';

/** Plain manifests and kustomizations, one way from documents to objects for both. */
export class ManifestRenderer implements Renderer {
  /** @param kustomize undefined where the program is not there: plain manifests still render */
  constructor(
    private readonly kustomize: Kustomize | undefined,
    private readonly limits: RenderLimits,
  ) {}

  async render(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered, RenderFailure>> {
    const renderer = await this.choose(tree, request, signal);
    if (!renderer.ok) return renderer;
    const documents = renderer.value === 'PLAIN' ? await readPlainDocuments(tree, request.path, this.limits, signal) : await this.build(tree, request.path, signal);
    if (!documents.ok) return documents;
    const substituted = request.substitute ? substituteAll(documents.value, request) : documents;
    if (!substituted.ok) return substituted;
    const objects = readObjects(substituted.value, { namespace: request.namespace, reserved: request.reserved, maxObjects: this.limits.maxObjects });
    if (!objects.ok) return err({ ...objects.error, retryable: false });
    const ordered = objects.value.map(({ object }) => ({ key: objectKey(objectRefOf(object)), object })).toSorted((a, b) => (a.key < b.key ? -1 : 1));
    return ok({
      objects: objects.value.map(({ object }) => object),
      sources: objects.value.map(({ file, line }) => (file === undefined ? undefined : { file, line })),
      digest: digestOfJson(ordered.map(({ object }) => object)),
      renderer: renderer.value,
    });
  }

  private async choose(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered['renderer'], RenderFailure>> {
    const entries = await tree.list(request.path, signal);
    if (!entries.ok) return sourceFailure(entries.error);
    if (request.renderer !== 'AUTO') return ok(request.renderer);
    return ok(entries.value.some(({ name }) => KUSTOMIZATION_FILE_NAMES.includes(name)) ? 'KUSTOMIZE' : 'PLAIN');
  }

  private async build(tree: SourceTree, path: string, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    return this.kustomize === undefined ? refuse('RENDERER_UNAVAILABLE', 'kustomize is not installed beside the agent') : this.kustomize.build(tree, path, signal);
  }
}

function substituteAll(documents: readonly SourcedDocument[], request: RenderRequest): Result<readonly SourcedDocument[], RenderFailure> {
  const substituted: SourcedDocument[] = [];
  for (const document of documents) {
    const result = substituteParameters(document.value, request.parameters);
    if (!result.ok) {
      const { code, parameter, path } = result.error;
      const at = document.file === undefined ? '' : `${document.file}:${document.line}: `;
      const what = code === 'PARAMETER_MISSING' ? 'which is not set' : 'which is a list, a mapping or null and cannot stand inside text';
      return refuse(code, `${at}${path} wants the parameter ${JSON.stringify(parameter)}, ${what}`, document.file, document.file === undefined ? undefined : document.line);
    }
    substituted.push({ ...document, value: result.value });
  }
  return ok(substituted);
}
