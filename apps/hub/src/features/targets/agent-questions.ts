import type { Timers } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, type Viewer } from '../../platform/api/index.js';
import { TIMERS } from '../../platform/tokens.js';
import { ClusterReadModel } from '../clusters/index.js';
import type { AgentSilence } from './agent-objects.js';
import type { TargetView } from './target-view.js';
import { TargetReadModel } from './targets.read-model.js';

const DEFAULT_PROJECT = 'default';

/** What every question to an agent about a target has in common: which target, how long, and what its silence means to a person. */
@Injectable()
export class AgentQuestions {
  constructor(
    @Inject(TargetReadModel) private readonly targets: Pick<TargetReadModel, 'findByName'>,
    @Inject(ClusterReadModel) private readonly clusters: Pick<ClusterReadModel, 'findByIds'>,
    @Inject(TIMERS) private readonly timers: Timers,
  ) {}

  /** undefined for "no such target or not yours", and for one that is gone. */
  async target(viewer: Viewer, { project, application, cluster }: { readonly project?: string | null; readonly application: string; readonly cluster: string }): Promise<TargetView | undefined> {
    const target = await this.targets.findByName(viewer, { project: project ?? DEFAULT_PROJECT, application, cluster });
    return target?.state === 'REMOVED' ? undefined : target;
  }

  /** Runs a question that is given up after a while. */
  async within<T>(deadlineMs: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const deadline = this.timers.after(deadlineMs, () => late.abort());
    try {
      return await ask(late.signal);
    } finally {
      deadline.cancel();
    }
  }

  async explain(viewer: Viewer, { cluster }: Pick<TargetView, 'cluster'>, { code, message = '' }: AgentSilence): Promise<ApiError> {
    switch (code) {
      case 'AGENT_NOT_CONNECTED': {
        const [found] = await this.clusters.findByIds(viewer, [cluster]);
        return found?.connection === 'CONNECTED'
          ? new ApiError('AGENT_ON_OTHER_REPLICA', 'The agent of the cluster is connected to another replica of the hub: ask again until that one answers.', true)
          : new ApiError('UNAVAILABLE', 'The agent of the cluster is not connected.', true);
      }
      case 'TIMEOUT':
      case 'ABORTED':
        return new ApiError('TIMEOUT', 'The agent did not answer in time.', true);
      case 'FORBIDDEN':
        return new ApiError('UNAVAILABLE', message === '' ? 'The agent may not read this in its cluster.' : message);
      case 'REFUSED':
        return new ApiError('BAD_REQUEST', `The cluster refused: ${message}`);
      case 'TOO_LARGE':
        return new ApiError('UNAVAILABLE', 'The object is too large to be shown.');
      case 'OVERLOADED':
        return new ApiError('UNAVAILABLE', `The agent is busy with other questions${message === '' ? '' : `: ${message}`}.`, true);
      case 'UNKNOWN_REQUEST':
        return new ApiError('UNAVAILABLE', 'The agent of the cluster is too old to answer this. Upgrade it.');
      default:
        return new ApiError('UNAVAILABLE', message === '' ? 'The agent could not answer.' : message, true);
    }
  }
}
