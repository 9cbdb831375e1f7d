import type { Log, Timers } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { Authenticator } from '../../platform/access/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { LOG, TIMERS } from '../../platform/tokens.js';
import { AgentQuestions } from './agent-questions.js';
import type { TargetView } from './target-view.js';

/** Less than the five seconds after which a right that was taken away must be gone, with room for the look itself. */
const RECHECK_MS = 3_000;

/** Whether somebody may still follow the log that they began to follow: looked at again while it goes on, as logs flow without any reading of the database. */
@Injectable()
export class LogRights {
  constructor(
    @Inject(Authenticator) private readonly authenticator: Pick<Authenticator, 'permissionsNow'>,
    @Inject(AgentQuestions) private readonly questions: Pick<AgentQuestions, 'target'>,
    @Inject(TIMERS) private readonly timers: Timers,
    @Inject(LOG) private readonly log: Log,
  ) {}

  /** Resolves with true once they may not, or it cannot be found out; with false when `signal` aborts before. Never rejects. */
  async lost(viewer: Viewer, of: Parameters<AgentQuestions['target']>[1], { id }: Pick<TargetView, 'id'>, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      try {
        await this.timers.sleep(RECHECK_MS, signal);
        const permissions = await this.authenticator.permissionsNow(viewer);
        const mayRead = permissions?.has('target:logs') === true && (await this.questions.target(viewer, of))?.id === id;
        if (!mayRead) return !signal.aborted;
      } catch (error) {
        if (signal.aborted) return false;
        this.log.warn('cannot find out whether a log may still be followed: it ends', { requestId: viewer.requestId, error });
        return true;
      }
    }
    return false;
  }
}
