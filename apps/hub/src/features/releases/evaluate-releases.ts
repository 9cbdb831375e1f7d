import { canonicalJson, type Ids, type Log, type Result } from '#kernel';
import { computeSourceDigest, releaseId, releaseKey, renderingFieldsOf, shouldRelease, type ReleaseId, type ReleaseKey, type SourceReadFailure, type WatchSet } from '#domain';
import type { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, systemScope, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import type { EvaluationSummary, ReleaseEvaluation, ResolvedSource, SourceFailure } from './release-evaluation.js';
import type { ReleaseRollouts } from './release-rollouts.js';
import type { EvaluatedApplication, EvaluationProblem, NewestRelease, ReleaseStore } from './release.store.js';

export interface EvaluationPorts {
  readonly tx: Pick<TransactionContext, 'run' | 'notify'>;
  readonly store: ReleaseStore;
  readonly rollouts: ReleaseRollouts;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly ids: Ids;
  readonly log: Log;
}

type Verdict =
  | { readonly kind: 'UNCHANGED' }
  | { readonly kind: 'CHANGED'; readonly watched: WatchSet }
  | { readonly kind: 'REWRITTEN' }
  | { readonly kind: 'PROBLEM'; readonly problem: EvaluationProblem; readonly isFinal: boolean }
  | { readonly kind: 'UNDECIDED' };

const CONTROLLER = 'release-evaluation';
const MAX_AUTHOR = 200;
const MAX_SUBJECT = 500;

/**
 * Judges what a ref holds for every application that follows it: digests first, without a transaction; then one statement for all that did not
 * change, and one transaction for each that did.
 */
export class EvaluateReleases implements ReleaseEvaluation {
  constructor(private readonly ports: EvaluationPorts) {}

  async evaluate(source: ResolvedSource, signal: AbortSignal): Promise<EvaluationSummary> {
    const { tx, store } = this.ports;
    const applications = await tx.run(systemScope(CONTROLLER, source.project), () => store.applicationsOf(source.repository, source.ref));
    const digests = new Map<string, Result<WatchSet, SourceReadFailure>>();
    const unchanged: EvaluatedApplication[] = [];
    const released: ReleaseId[] = [];
    let held = 0;
    let undecided = 0;
    let failure: { readonly error: unknown } | undefined;
    for (const application of applications) {
      signal.throwIfAborted();
      try {
        const verdict = await this.#judge(application, source, digests, signal);
        if (verdict.kind === 'UNCHANGED') unchanged.push(application);
        else if (verdict.kind === 'UNDECIDED') undecided += 1;
        else if (verdict.kind === 'CHANGED') released.push(...(await this.#release(application, source, verdict.watched)));
        else {
          held += 1;
          await this.#note(application, source, verdict);
        }
      } catch (error) {
        signal.throwIfAborted();
        failure ??= { error }; // told at the end: what is unforeseen about one application holds up no other
      }
    }
    if (unchanged.length > 0) await tx.run(systemScope(CONTROLLER, source.project), () => store.noteEvaluated(unchanged, source.commit));
    if (failure !== undefined) throw failure.error;
    return { released, unchanged: unchanged.length, held, undecided };
  }

  async sourceFailed({ project, repository, ref, reason, message }: SourceFailure): Promise<void> {
    await this.ports.tx.run(systemScope(CONTROLLER, project), () => this.ports.store.noteSourceProblem(repository, ref, { reason, message }));
  }

  async #judge(application: EvaluatedApplication, source: ResolvedSource, digests: Map<string, Result<WatchSet, SourceReadFailure>>, signal: AbortSignal): Promise<Verdict> {
    const history = await this.#judgeHistory(application, source, signal);
    if (history !== 'KEPT') return { kind: history };
    const { path, renderer, watch } = application.revision.spec.source;
    const key = canonicalJson([path, renderer, [...watch]]);
    const watched = digests.get(key) ?? (await computeSourceDigest(source.tree, { path, renderer, watch }, signal));
    digests.set(key, watched);
    if (!watched.ok) return problemOf(watched.error);
    const decision = shouldRelease(keyOf(application.newest), releaseKey(renderingFieldsOf(application.revision.spec, source.repository), watched.value.digest));
    return decision.release ? { kind: 'CHANGED', watched: watched.value } : { kind: 'UNCHANGED' };
  }

  /** A tag that moved is rewritten history even where the new commit descends from the old one. */
  async #judgeHistory({ lastCommit, acceptedRewrite }: EvaluatedApplication, source: ResolvedSource, signal: AbortSignal): Promise<'KEPT' | 'REWRITTEN' | 'UNDECIDED'> {
    if (lastCommit === undefined || lastCommit === source.commit || acceptedRewrite === source.commit) return 'KEPT';
    if (source.fullRef.startsWith('refs/tags/')) return 'REWRITTEN';
    const ancestry = await source.isDescendantOf(lastCommit, signal);
    if (ancestry === 'UNKNOWN') return 'UNDECIDED';
    return ancestry === 'YES' ? 'KEPT' : 'REWRITTEN';
  }

  async #note(application: EvaluatedApplication, source: ResolvedSource, verdict: Extract<Verdict, { kind: 'PROBLEM' | 'REWRITTEN' }>): Promise<void> {
    const { tx, store, outbox } = this.ports;
    await tx.run(systemScope(CONTROLLER, application.project), async () => {
      const current = await this.#lockAsJudged(application);
      if (current === undefined) return;
      const seen = { applicationId: current.id, ref: source.ref, commit: source.commit };
      if (verdict.kind === 'PROBLEM') {
        this.ports.log.warn('a commit makes no release of an application; what runs stays as it is', { ...seen, ...verdict.problem });
        return store.noteProblem(current, verdict.problem, verdict.isFinal ? source.commit : undefined);
      }
      this.ports.log.warn('a commit is held since it does not descend from the last release; what runs stays as it is', { ...seen, reason: 'HISTORY_REWRITTEN' });
      const message = `${source.ref} is ${source.commit.slice(0, 12)} now, which does not descend from ${(current.lastCommit ?? '').slice(0, 12)}.`;
      await store.hold(current, { reason: 'HISTORY_REWRITTEN', message }, source.commit);
      await outbox.append({ kind: 'application.held', projectId: current.project, payload: { applicationId: current.id, reason: 'HISTORY_REWRITTEN', commit: source.commit } });
    });
  }

  /**
   * The application, if nobody judged it since we looked. A watcher that stood still while another took over comes with the commit of an earlier time,
   * which would now be released as a step back.
   */
  async #lockAsJudged(application: EvaluatedApplication): Promise<EvaluatedApplication | undefined> {
    const current = await this.ports.store.lock(application);
    return current?.lastCommit === application.lastCommit && current?.newest?.id === application.newest?.id ? current : undefined;
  }

  /** Decides again under the lock: another replica may have been first. */
  async #release(application: EvaluatedApplication, source: ResolvedSource, watched: WatchSet): Promise<readonly ReleaseId[]> {
    const { tx, store, rollouts, audit, outbox, ids } = this.ports;
    return tx.run(systemScope(CONTROLLER, application.project), async () => {
      const current = await this.#lockAsJudged(application);
      if (current === undefined) return [];
      const key = releaseKey(renderingFieldsOf(current.revision.spec, source.repository), watched.digest);
      const isNews = shouldRelease(keyOf(current.newest), key).release;
      await store.noteEvaluated([current], source.commit);
      if (!isNews) return [];
      const id = releaseId(ids.uuid());
      const number = (current.newest?.number ?? 0) + 1;
      await store.add({
        project: current.project, application: current.id, id, number, revision: current.revision.id, repository: source.repository, commit: source.commit, ref: source.ref,
        sourceDigest: watched.digest, releaseKey: key.digest, fellBack: watched.fallsBackToRoot !== undefined,
        author: plain(source.author, MAX_AUTHOR), subject: plain(source.subject, MAX_SUBJECT), committedAt: source.committedAt,
      });
      await audit.record({ action: 'release.create', object: { kind: 'Release', id }, projectId: current.project, outcome: 'SUCCEEDED', after: { application: current.id, number, commit: source.commit, key: key.digest } });
      await outbox.append({ kind: 'release.created', projectId: current.project, payload: { applicationId: current.id, releaseId: id, number, commit: source.commit } });
      await rollouts.start({ project: current.project, application: current.id, id });
      tx.notify(CHANNELS.applicationChanged, current.id);
      return [id];
    });
  }
}

function keyOf(newest: NewestRelease | undefined): ReleaseKey | undefined {
  return newest && releaseKey(renderingFieldsOf(newest.spec, newest.repository), newest.sourceDigest);
}

function problemOf(failure: SourceReadFailure): Verdict {
  const at = failure.path === '' ? 'the root of the repository' : failure.path;
  switch (failure.code) {
    case 'PATH_NOT_FOUND':
      return { kind: 'PROBLEM', isFinal: true, problem: { reason: 'PATH_NOT_FOUND', message: `${at} does not exist in this commit.` } };
    case 'PATH_REFUSED':
      return { kind: 'PROBLEM', isFinal: true, problem: { reason: 'PATH_REFUSED', message: `${at}: ${failure.reason}.` } };
    case 'SOURCE_UNAVAILABLE':
      return { kind: 'PROBLEM', isFinal: false, problem: { reason: 'REPOSITORY_UNREACHABLE', message: `${at} could not be read now.` } };
  }
}

/** Texts of commits are anybody's: control characters would forge lines, and PostgreSQL takes no NUL. */
function plain(text: string, limit: number): string {
  return text.replaceAll(/\p{Cc}/gu, ' ').slice(0, limit).toWellFormed();
}
