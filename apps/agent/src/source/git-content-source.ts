import { err, errorMessage, ok, type Log, type Result } from '#kernel';
import type { AssignmentOrder, ReservedForAgent } from '#domain';
import { reasonOfGitFailure, type GitFailure, type GitObjects, type GitRemote } from '#git';
import type { HelmRequest, ProcessRenderer, RenderFailure } from '#render';
import type { ContentSource, RenderedContent, SourceFailure } from '../reconcile/agent.ports.js';
import type { CredentialLookup } from '../state/index.js';
import type { RepositoryCache } from './repository-cache.js';
import { Semaphore } from './semaphore.js';

export interface GitContentSourceDeps {
  /** Git and renderer are found out about in the background: what is stored heals without them. */
  readonly repositories: () => Promise<RepositoryCache>;
  readonly renderer: () => Promise<ProcessRenderer>;
  readonly capabilities: HelmRequest['capabilities'];
  readonly credentials: { lookUp(repository: AssignmentOrder['release']['repository']['id'], url: string): CredentialLookup };
  readonly reserved: ReservedForAgent;
  /** Renders at once: each is a process with up to half a gigabyte. */
  readonly maxRenders: number;
  readonly log: Log;
}

type Source<T> = Promise<Result<T, SourceFailure>>;

const COMMIT = /^[0-9a-f]{40}$/;

/** Rendered content of the commit that an order names, and of no other: fetched from Git, read by object id, rendered in the jail. */
export class GitContentSource implements ContentSource {
  private readonly renders: Semaphore;

  constructor(private readonly deps: GitContentSourceDeps) {
    this.renders = new Semaphore(deps.maxRenders);
  }

  async render(order: AssignmentOrder, signal: AbortSignal): Source<RenderedContent> {
    const { commit, ref, repository } = order.release;
    if (!COMMIT.test(commit)) return fail('UNSUPPORTED_ASSIGNMENT', 'the order does not name a commit', false);
    const remote = this.remoteOf(order);
    if (!remote.ok) return remote;
    let repositories: RepositoryCache;
    let renderer: ProcessRenderer;
    try {
      [repositories, renderer] = await Promise.all([this.deps.repositories(), this.deps.renderer()]);
    } catch (error) {
      this.deps.log.error('the agent cannot fetch or render here', { error });
      return fail('RENDERER_UNAVAILABLE', errorMessage(error), true);
    }
    renderer.prepare();
    const rendered = await repositories.withCommit(repository.id, remote.value, { commit, ref }, (objects) => this.renderTree(order, objects, renderer, signal), signal);
    return rendered.ok ? rendered.value : err(ofGit(rendered.error));
  }

  private async renderTree(order: AssignmentOrder, objects: GitObjects, renderer: ProcessRenderer, signal: AbortSignal): Source<RenderedContent> {
    const { commit, path, renderer: kind, namespace, substitute, helm } = order.release;
    const tree = await objects.tree(commit, signal);
    if (!tree.ok) return err(ofGit(tree.error));
    if (tree.value.commit !== commit) return fail('COMMIT_UNREACHABLE', `asked for commit ${commit}, got ${tree.value.commit}: refused`, true);
    const chart: HelmRequest = {
      valuesFiles: helm?.valuesFiles ?? [], releaseName: helm?.releaseName || order.application.name, skipHooks: helm?.skipHooks ?? false, capabilities: this.deps.capabilities,
    };
    const request = { helm: chart, path, renderer: kind, namespace, parameters: order.parameters, substitute, reserved: this.deps.reserved };
    const rendered = await this.renders.run(() => renderer.render(tree.value, request, signal), signal);
    if (!rendered.ok) return err(ofRender(rendered.error));
    if (rendered.value.objects.length === 0) return fail('NO_OBJECTS', 'nothing was rendered', false);
    return ok({ objects: rendered.value.objects, renderDigest: rendered.value.digest });
  }

  private remoteOf(order: AssignmentOrder): Result<GitRemote, SourceFailure> {
    const { repository } = order.release;
    const held = this.deps.credentials.lookUp(repository.id, repository.url);
    switch (held.kind) {
      case 'HELD':
        return ok({ url: repository.url, credentials: held.credentials });
      case 'BOUND_ELSEWHERE':
        return fail('AUTHENTICATION_FAILED', 'the credentials of the repository are bound to another scheme, host or port', true);
      case 'NONE':
        return repository.credentialDigest === undefined ? ok({ url: repository.url }) : fail('AUTHENTICATION_FAILED', 'the credentials of the repository have not arrived yet', true);
    }
  }
}

function ofGit({ code, message, url, retryable }: GitFailure): SourceFailure {
  return { reason: reasonOfGitFailure(code), message: `${url}: ${message}`, retryable };
}

function ofRender({ code, message, retryable }: RenderFailure): SourceFailure {
  return { reason: code, message, retryable };
}

function fail(reason: SourceFailure['reason'], message: string, retryable: boolean): Result<never, SourceFailure> {
  return err({ reason, message, retryable });
}
