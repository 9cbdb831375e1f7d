import { err, errorMessage, ok, type Log, type Result } from '#kernel';
import { splitSourceFile, type AssignmentOrder, type OrderedFurtherSource, type ReservedForAgent, type SourceTree } from '#domain';
import type { HelmRequest, ProcessRenderer, RenderFailure } from '#render';
import type { ContentSource, RenderedContent, SourceFailure } from '../reconcile/agent.ports.js';
import { overlayTree, type NamedTree } from './overlay-tree.js';
import type { OrderedTrees } from './ordered-trees.js';
import { Semaphore } from './semaphore.js';

export interface OrderContentSourceDeps {
  readonly trees: Pick<OrderedTrees, 'withTree'>;
  /** Found out about in the background: what is stored heals without it. */
  readonly renderer: () => Promise<ProcessRenderer>;
  readonly capabilities: HelmRequest['capabilities'];
  readonly reserved: ReservedForAgent;
  /** Renders at once: each is a process with up to half a gigabyte. */
  readonly maxRenders: number;
  readonly log: Log;
}

type Source<T> = Promise<Result<T, SourceFailure>>;

/** Rendered content of the commit or archive that an order names, and of no other, rendered in the jail. */
export class OrderContentSource implements ContentSource {
  private readonly renders: Semaphore;

  constructor(private readonly deps: OrderContentSourceDeps) {
    this.renders = new Semaphore(deps.maxRenders);
  }

  async render(order: AssignmentOrder, signal: AbortSignal): Source<RenderedContent> {
    let renderer: ProcessRenderer;
    try {
      renderer = await this.deps.renderer();
    } catch (error) {
      this.deps.log.error('the agent cannot render here', { error });
      return fail('RENDERER_UNAVAILABLE', errorMessage(error), true);
    }
    renderer.prepare();
    return this.deps.trees.withTree(order.release, (tree) => this.withOthers(order.release.sources ?? [], new Map(), (others) => this.renderTree(order, overlayTree(tree, others), renderer, signal), signal), signal);
  }

  /** Opens further sources one after the other; all of them, or nothing is rendered. */
  private withOthers<T>(rest: readonly OrderedFurtherSource[], open: ReadonlyMap<string, NamedTree>, use: (others: ReadonlyMap<string, NamedTree>) => Source<T>, signal: AbortSignal): Source<T> {
    const [next, ...others] = rest;
    if (next === undefined) return use(open);
    return this.deps.trees.withTree(next, (tree) => this.withOthers(others, new Map([...open, [next.name, { tree, path: next.path }]]), use, signal), signal);
  }

  private async renderTree(order: AssignmentOrder, tree: SourceTree, renderer: ProcessRenderer, signal: AbortSignal): Source<RenderedContent> {
    const { path, renderer: kind, namespace, substitute, helm } = order.release;
    const chart: HelmRequest = {
      valuesFiles: (helm?.valuesFiles ?? []).map((file) => fromRoot(file, path)), releaseName: helm?.releaseName || order.application.name, skipHooks: helm?.skipHooks ?? false, capabilities: this.deps.capabilities,
    };
    const request = { helm: chart, path, renderer: kind, namespace, parameters: order.parameters, substitute, patches: order.patches, reserved: this.deps.reserved };
    const rendered = await this.renders.run(() => renderer.render(tree, request, signal), signal);
    if (!rendered.ok) return err(ofRender(rendered.error));
    if (rendered.value.objects.length === 0) return fail('NO_OBJECTS', 'nothing was rendered', false);
    return ok({ objects: rendered.value.objects, renderDigest: rendered.value.digest });
  }
}

/** A file of a further source stands at the root of the tree, and values files are named from the path. */
function fromRoot(file: string, path: string): string {
  return splitSourceFile(file) === undefined ? file : `${'../'.repeat(path === '' ? 0 : path.split('/').length)}${file}`;
}

function ofRender({ code, message, retryable }: RenderFailure): SourceFailure {
  return { reason: code, message, retryable };
}

function fail(reason: SourceFailure['reason'], message: string, retryable: boolean): Result<never, SourceFailure> {
  return err({ reason, message, retryable });
}
