import type { Log } from '#kernel';
import { LOG_LIMITS, type LogQuestion } from '#wire';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver, Subscription } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { LOG } from '../../platform/tokens.js';
import { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
import { AgentQuestions } from './agent-questions.js';
import { LogRights } from './log-rights.js';
import { logFeed, type LogFeed, type LogFeedPart } from './log-feed.js';
import { NoteLogAccess } from './note-log-access.js';
import { PodLogPartType, PodLogsArgs, PodLogsType } from './pod-logs.graphql.js';
import type { TargetView } from './target-view.js';

const NO_POD = 'No such target or pod, or not yours.';
const DEADLINE_MS = 35_000;
const DEFAULT_TAIL = 100;
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;

@Resolver(() => PodLogsType)
export class PodLogsResolver {
  constructor(
    @Inject(AgentQuestions) private readonly questions: AgentQuestions,
    @Inject(AGENT_OBJECTS) private readonly agents: AgentObjects,
    @Inject(NoteLogAccess) private readonly access: NoteLogAccess,
    @Inject(LogRights) private readonly rights: LogRights,
    @Inject(LOG) private readonly log: Log,
  ) {}

  @Query(() => PodLogsType, { nullable: true, description: 'Asks the agent for the end of the log of one of a target\'s pods; null for "no such target or pod, or not yours".' })
  @RequirePermission('target:logs')
  async podLogs(@CurrentViewer() viewer: Viewer, @Args() args: PodLogsArgs): Promise<PodLogsType | null> {
    const asked = await this.#prepare(viewer, args, false);
    if (asked === undefined) return null;
    const { target, question } = asked;
    const texts: string[] = [];
    const ended = await this.questions.within(DEADLINE_MS, (signal) => this.agents.readLogs(target.cluster, question, (text) => void texts.push(text), signal));
    if (ended.ok) return { text: texts.join(''), end: ended.value };
    if (ended.error.code === 'NOT_FOUND') return null;
    throw await this.questions.explain(viewer, target, ended.error);
  }

  @Subscription(() => PodLogPartType, { name: 'podLogs', description: 'Follows the log of one of a target\'s pods: at most 64 KiB a second, for ten minutes, four logs of a cluster at once.' })
  @RequirePermission('target:logs')
  async followPodLogs(@CurrentViewer() viewer: Viewer, @Args() args: PodLogsArgs): Promise<AsyncIterableIterator<{ readonly podLogs: PodLogPartType }>> {
    const asked = await this.#prepare(viewer, args, true);
    const leaving = new AbortController();
    const feed = logFeed(() => leaving.abort());
    if (asked === undefined) feed.end('FAILED', NO_POD);
    else {
      const over = new AbortController();
      void this.#follow(viewer, asked, feed, leaving.signal).finally(() => over.abort());
      void this.rights.lost(viewer, args, asked.target, AbortSignal.any([leaving.signal, over.signal])).then((isLost) => {
        if (!isLost) return;
        feed.end('FAILED', NO_POD);
        leaving.abort();
      });
    }
    return wrapped(feed.parts);
  }

  /** Never rejects: whatever happens is the last part. */
  async #follow(viewer: Viewer, { target, question }: Asked, feed: LogFeed, signal: AbortSignal): Promise<void> {
    try {
      const ended = await this.agents.readLogs(target.cluster, question, (text) => feed.push(text), signal);
      if (ended.ok) feed.end(ended.value);
      else if (ended.error.code === 'NOT_FOUND') feed.end('FAILED', NO_POD);
      else if (ended.error.code !== 'ABORTED') feed.end('FAILED', (await this.questions.explain(viewer, target, ended.error)).message);
    } catch (error) {
      this.log.error('following a log ended by an unexpected error', { requestId: viewer.requestId, error });
      feed.end('FAILED', `Something went wrong. The log of the hub holds more under ${viewer.requestId}.`);
    }
  }

  /** The target and the question, with the access noted before anything is told; undefined for "no such target, or not yours". */
  async #prepare(viewer: Viewer, args: PodLogsArgs, follow: boolean): Promise<Asked | undefined> {
    const question = parseArgs(args, follow);
    const target = await this.questions.target(viewer, args);
    if (target === undefined) return undefined;
    await this.access.execute(viewer, target, question);
    return { target, question: { ...question, target: target.id } };
  }
}

interface Asked {
  readonly target: TargetView;
  readonly question: LogQuestion;
}

function wrapped(parts: AsyncIterableIterator<LogFeedPart>): AsyncIterableIterator<{ readonly podLogs: PodLogPartType }> {
  const leave = async (): Promise<IteratorResult<{ readonly podLogs: PodLogPartType }>> => {
    await parts.return?.();
    return { done: true, value: undefined };
  };
  return {
    async next() {
      const part = await parts.next();
      return part.done === true ? { done: true, value: undefined } : { done: false, value: { podLogs: { ...part.value } } };
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** @throws ApiError BAD_REQUEST, naming the argument */
function parseArgs({ namespace, pod, container, tail, sinceSeconds, previous }: PodLogsArgs, follow: boolean): Omit<LogQuestion, 'target'> {
  for (const [argument, text] of Object.entries({ namespace, pod, ...(typeof container === 'string' ? { container } : {}) })) {
    if (!NAME.test(text)) throw new ApiError('BAD_REQUEST', `"${argument}" is no name of Kubernetes.`);
  }
  const tailLines = tail ?? DEFAULT_TAIL;
  if (tailLines < 0 || tailLines > LOG_LIMITS.tailLines) throw new ApiError('BAD_REQUEST', `"tail" must be 0 to ${LOG_LIMITS.tailLines}.`);
  if (typeof sinceSeconds === 'number' && sinceSeconds < 1) throw new ApiError('BAD_REQUEST', '"sinceSeconds" must be at least 1.');
  if (follow && previous === true) throw new ApiError('BAD_REQUEST', 'A run that is over cannot be followed: leave out "previous".');
  return { namespace, pod, container: container ?? undefined, previous: previous ?? false, tailLines, sinceSeconds: sinceSeconds ?? undefined, follow };
}
