import { CHART_FILE, KUSTOMIZATION_FILE_NAMES, readObjects, substituteParameters, type SourcedDocument, type SourceTree } from '#domain';
import { err, ok, type Result } from '#kernel';
import type { Helm } from './helm.js';
import { judgeDocuments } from './judge-documents.js';
import type { Kustomize } from './kustomize.js';
import type { ObjectPatcher } from './patch-objects.js';
import { readPlainDocuments } from './read-plain-documents.js';
import { refuse, sourceFailure } from './render-failures.js';
import type { Rendered, Renderer, RenderFailure, RenderLimits, RenderRequest } from './renderer.js';

/** Plain manifests, kustomizations and charts, one way from documents to objects for all. */
export class ManifestRenderer implements Renderer {
  /**
   * @param kustomize looked for when the first kustomization comes
   * @param helm looked for when the first chart comes
   * @param patcher looked for when the first patches come
   */
  constructor(
    private readonly kustomize: (signal: AbortSignal) => Promise<Result<Kustomize, RenderFailure>>,
    private readonly helm: (signal: AbortSignal) => Promise<Result<Helm, RenderFailure>>,
    private readonly patcher: (signal: AbortSignal) => Promise<Result<ObjectPatcher, RenderFailure>>,
    private readonly limits: RenderLimits,
  ) {}

  async render(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered, RenderFailure>> {
    const renderer = await this.choose(tree, request, signal);
    if (!renderer.ok) return renderer;
    const documents = await this.read(renderer.value, tree, request, signal);
    if (!documents.ok) return documents;
    const substituted = request.substitute ? substituteAll(documents.value, request) : documents;
    if (!substituted.ok) return substituted;
    const patched = await this.patch(substituted.value, request, signal);
    return patched.ok ? judgeDocuments(patched.value, renderer.value, request, this.limits) : patched;
  }

  /** Patches find their targets among whole objects, so what is rendered must be right before them too. */
  private async patch(documents: readonly SourcedDocument[], { patches = [], namespace, reserved }: RenderRequest, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    if (patches.length === 0) return ok(documents);
    const objects = readObjects(documents, { namespace, reserved, maxObjects: this.limits.maxObjects });
    if (!objects.ok) return err({ ...objects.error, retryable: false });
    const patcher = await this.patcher(signal);
    return patcher.ok ? patcher.value.patch(objects.value, patches, namespace, signal) : patcher;
  }

  private async choose(tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<Rendered['renderer'], RenderFailure>> {
    const entries = await tree.list(request.path, signal);
    if (!entries.ok) return sourceFailure(entries.error);
    if (request.renderer !== 'AUTO') return ok(request.renderer);
    if (entries.value.some(({ name }) => KUSTOMIZATION_FILE_NAMES.includes(name))) return ok('KUSTOMIZE');
    return ok(entries.value.some(({ name }) => name === CHART_FILE) ? 'HELM' : 'PLAIN');
  }

  private async read(renderer: Rendered['renderer'], tree: SourceTree, request: RenderRequest, signal: AbortSignal): Promise<Result<readonly SourcedDocument[], RenderFailure>> {
    switch (renderer) {
      case 'PLAIN':
        return readPlainDocuments(tree, request.path, this.limits, signal);
      case 'KUSTOMIZE': {
        const kustomize = await this.kustomize(signal);
        return kustomize.ok ? kustomize.value.build(tree, request, signal) : kustomize;
      }
      case 'HELM': {
        if (request.substitute) return refuse('PARAMETER_INVALID', 'a chart takes the parameters as its values: substitute is for plain YAML and Kustomize');
        const helm = await this.helm(signal);
        return helm.ok ? helm.value.template(tree, request, signal) : helm;
      }
    }
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
