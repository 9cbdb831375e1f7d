import type { Log } from '#kernel';
import type { RefPoint } from '#domain';
import type { ReleaseEvaluation } from '../releases/index.js';
import type { ClaimedRepository, KnownRef, Rewrite, SourceStore } from './source.store.js';
import { describeRewrite } from './describe-rewrite.js';
import type { LookedAt } from './repository-reader.js';

/**
 * Keeps each ref on its line of history: lets it go on, or holds it where it was until it comes back or a person approves. The row of the ref comes
 * first, fenced by the claim; the applications that follow it are told after, and once more with every look.
 */
export class FollowHistory {
  constructor(
    private readonly store: Pick<SourceStore, 'noteFollowed' | 'noteRewrite'>,
    private readonly evaluation: Pick<ReleaseEvaluation, 'historyRewritten'>,
    private readonly log: Log,
  ) {}

  /** Judges where a ref was seen, and writes the verdict down. @throws ClaimLost */
  async judge(repository: ClaimedRepository, ref: string, known: KnownRef, seen: RefPoint, looked: LookedAt, signal: AbortSignal): Promise<'FOLLOWED' | 'REWRITTEN' | 'UNDECIDED'> {
    const verdict = await looked.judge(known, seen, signal);
    if (verdict.kind === 'UNDECIDED') return 'UNDECIDED';
    if (verdict.kind === 'REWRITTEN' && known.good !== undefined) {
      await this.hold(repository, ref, { kind: verdict.rewrite, from: known.good, to: seen });
      return 'REWRITTEN';
    }
    if (verdict.kind === 'FOLLOWED' && verdict.isApproved) this.log.info('a rewritten history is followed as it was approved', { ...pointsOf({ from: known.good, to: seen }), repositoryId: repository.id, ref });
    await this.store.noteFollowed(repository, ref, seen);
    return 'FOLLOWED';
  }

  /** Holds a ref where it was in order. @throws ClaimLost */
  async hold(repository: ClaimedRepository, ref: string, rewrite: Rewrite): Promise<void> {
    await this.store.noteRewrite(repository, ref, rewrite, { reason: 'HISTORY_REWRITTEN', message: describeRewrite(ref, rewrite) });
    await this.showHeld(repository, ref, rewrite);
  }

  /** Tells the applications that follow the ref, also those that came since. */
  async showHeld(repository: ClaimedRepository, ref: string, rewrite: Rewrite): Promise<void> {
    const held = await this.evaluation.historyRewritten({
      project: repository.project, repository: repository.id, ref, commit: rewrite.to?.commit, reason: 'HISTORY_REWRITTEN', message: describeRewrite(ref, rewrite),
    });
    if (held > 0) this.log.warn('a ref left the history that is followed; what runs stays as it is', { repositoryId: repository.id, ref, ...pointsOf(rewrite), applications: held });
  }
}

function pointsOf({ from, to }: { readonly from: RefPoint | undefined; readonly to: RefPoint | undefined }): { readonly from: string; readonly to: string } {
  return { from: from?.commit ?? 'nowhere', to: to?.commit ?? 'nowhere' };
}
