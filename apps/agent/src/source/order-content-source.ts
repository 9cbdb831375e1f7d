import { err, errorMessage, ok, type Log, type Result } from '#kernel';
import { isForValues, splitSourceFile, type AssignmentOrder, type BaseSource, type OrderedFurtherSource, type ReservedForAgent, type SourceTree } from '#domain';
import type { HelmRequest, ProcessRenderer, RenderFailure } from '#render';
import type { ContentSource, RenderedContent, SourceFailure } from '../reconcile/agent.ports.js';
import { overlayTree, type NamedTree } from './overlay-tree.js';
import type { OrderedSource, OrderedTrees } from './ordered-trees.js';
import { Semaphore } from './semaphore.js';

export interface OrderContentSourceDeps {
  readonly trees: Pick<OrderedTrees, 'withCommit' | 'fetchArchives' | 'unpack'>;
  /** Found out about in the background: what is stored heals without it. */
  readonly renderer: () => Promise<Rendering>;
  readonly capabilities: HelmRequest['capabilities'];
  readonly reserved: ReservedForAgent;
  /** Renders at once: each is a process with up to half a gigabyte, and its archives in memory here. */
  readonly maxRenders: number;
  readonly log: Log;
}

type Rendering = Pick<ProcessRenderer, 'prepare' | 'render'>;
type Trees = ReadonlyMap<OrderedSource, SourceTree>;
type Source<T> = Promise<Result<T, SourceFailure>>;

/** Rendered content of the commit or archive that an order names, and of no other, rendered in the jail. */
export class OrderContentSource implements ContentSource {
  private readonly renders: Semaphore;

  constructor(private readonly deps: OrderContentSourceDeps) {
    this.renders = new Semaphore(deps.maxRenders);
  }

  async render(order: AssignmentOrder, signal: AbortSignal): Source<RenderedContent> {
    let renderer: Rendering;
    try {
      renderer = await this.deps.renderer();
    } catch (error) {
      this.deps.log.error('the agent cannot render here', { error });
      return fail('RENDERER_UNAVAILABLE', errorMessage(error), true);
    }
    renderer.prepare();
    const sources: readonly OrderedSource[] = [order.release, ...(order.release.sources ?? [])];
    const archives = sources.filter(({ archive }) => archive !== undefined);
    const fetched = await this.deps.trees.fetchArchives(archives, signal);
    if (!fetched.ok) return fetched;
    const commits = sources.filter(({ archive }) => archive === undefined);
    return this.withCommits(commits, new Map(), (open) => this.renders.run(() => this.renderAll(order, archives, open, renderer, signal), signal), signal);
  }

  /** Opens commits one after the other; all of them, or nothing is rendered. They are on the disk; archives are in memory, and unpacked in the turn of the render. */
  private withCommits<T>(rest: readonly OrderedSource[], open: Trees, use: (open: Trees) => Source<T>, signal: AbortSignal): Source<T> {
    const [next, ...others] = rest;
    if (next === undefined) return use(open);
    return this.deps.trees.withCommit(next, (tree) => this.withCommits(others, new Map([...open, [next, tree]]), use, signal), signal);
  }

  private async renderAll(order: AssignmentOrder, archives: readonly OrderedSource[], open: Trees, renderer: Rendering, signal: AbortSignal): Source<RenderedContent> {
    const unpacked = await this.deps.trees.unpack(archives, signal);
    if (!unpacked.ok) return unpacked;
    const trees = new Map([...open, ...unpacked.value.flatMap((tree, index): (readonly [OrderedSource, SourceTree])[] => (archives[index] === undefined ? [] : [[archives[index], tree]]))]);
    const main = trees.get(order.release);
    if (main === undefined) throw new Error('the release has no tree');
    const others = new Map((order.release.sources ?? []).flatMap((source): (readonly [string, NamedTree])[] => {
      const tree = trees.get(source);
      return tree === undefined ? [] : [[source.name, { tree, path: source.path }]];
    }));
    return this.renderTree(order, overlayTree(main, others), renderer, signal);
  }

  private async renderTree(order: AssignmentOrder, tree: SourceTree, renderer: Rendering, signal: AbortSignal): Source<RenderedContent> {
    const { path, renderer: kind, namespace, substitute, helm } = order.release;
    const chart: HelmRequest = {
      valuesFiles: (helm?.valuesFiles ?? []).map((file) => fromRoot(file, path)), releaseName: helm?.releaseName || order.application.name, skipHooks: helm?.skipHooks ?? false, capabilities: this.deps.capabilities,
    };
    const request = { helm: chart, path, renderer: kind, namespace, parameters: order.parameters, substitute, patches: order.patches, sources: (order.release.sources ?? []).map((source) => baseSource(source, isForValues(helm, source.name))), reserved: this.deps.reserved };
    const rendered = await renderer.render(tree, request, signal);
    if (!rendered.ok) return err(ofRender(rendered.error));
    if (rendered.value.objects.length === 0) return fail('NO_OBJECTS', 'nothing was rendered', false);
    return ok({ objects: rendered.value.objects, renderDigest: rendered.value.digest });
  }
}

/** No URL in a kustomization means an archive, or a source for values: of one, changes in its directory make no release. */
function baseSource({ name, repository, ref, commit, path, archive }: OrderedFurtherSource, isForValues: boolean): BaseSource {
  return { name, url: archive === undefined && !isForValues ? repository.url : '', ref, commit, path };
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
