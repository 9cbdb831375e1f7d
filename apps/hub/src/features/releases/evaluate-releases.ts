import { canonicalJson, foreignLine, formatTraceparent, ok, parseDigest, traceUnder, type Ids, type Log, type Result, type Span, type Tracer } from '#kernel';
import { combineSourceDigests, computeSourceDigest, mergePeople, releaseId, releaseKey, renderingFieldsOf, shouldRelease, watchedSourceOf, type CommitPeople, type ReleaseId, type ReleaseKey, type SourceReadFailure, type WatchSet } from '#domain';
import type { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, systemScope, type Outbox, type TransactionContext } from '../../platform/database/index.js';
import type { FurtherSourcesStore } from './further-sources.store.js';
import { judgeFurtherSources } from './judge-further-sources.js';
import { LookAtFurtherSources } from './look-at-further-sources.js';
import { problemOf } from './problem-of.js';
import type { EvaluationSummary, ReleaseEvaluation, ResolvedSource, RewrittenSource, SourceFailure } from './release-evaluation.js';
import type { ReleaseRollouts } from './release-rollouts.js';
import type { EvaluationProblem } from './evaluation-problem.js';
import type { EvaluatedApplication, NewestRelease, ReleaseStore } from './release.store.js';
import { watchedPaths } from './watched-paths.js';

export interface EvaluationPorts {
  readonly tx: Pick<TransactionContext, 'run' | 'notify'>;
  readonly store: ReleaseStore;
  readonly further: FurtherSourcesStore;
  readonly rollouts: ReleaseRollouts;
  readonly audit: Pick<AuditTrail, 'record'>;
  readonly outbox: Pick<Outbox, 'append'>;
  readonly ids: Ids;
  readonly tracer: Tracer;
  readonly log: Log;
}

type Verdict =
  /** A further source was not looked at yet: whoever does so makes the application be judged again. */
  | { readonly kind: 'WAITS' }
  | { readonly kind: 'UNCHANGED' }
  | { readonly kind: 'CHANGED'; readonly watched: WatchSet }
  | { readonly kind: 'PROBLEM'; readonly problem: EvaluationProblem; readonly isFinal: boolean };

const CONTROLLER = 'release-evaluation';
const MAX_AUTHOR = 200;
const MAX_SUBJECT = 500;

/**
 * Judges what a ref holds for every application that follows it: digests first, without a transaction; then one statement for all that did not
 * change, and one transaction for each that did.
 */
export class EvaluateReleases implements ReleaseEvaluation {
  readonly #further: LookAtFurtherSources;

  constructor(private readonly ports: EvaluationPorts) {
    this.#further = new LookAtFurtherSources(ports.tx, ports.further);
  }

  async evaluate(source: ResolvedSource, signal: AbortSignal): Promise<EvaluationSummary> {
    const { tx, store } = this.ports;
    await this.#further.execute(source, signal);
    const applications = await tx.run(systemScope(CONTROLLER, source.project), () => store.applicationsOf(source.repository, source.ref));
    const digests = new Map<string, Result<WatchSet, SourceReadFailure>>();
    const unchanged: EvaluatedApplication[] = [];
    const released: ReleaseId[] = [];
    let held = 0;
    let failure: { readonly error: unknown } | undefined;
    for (const application of applications) {
      signal.throwIfAborted();
      try {
        const verdict = await this.#judge(application, source, digests, signal);
        if (verdict.kind === 'UNCHANGED') unchanged.push(application);
        else if (verdict.kind === 'CHANGED') released.push(...(await this.#release(application, source, verdict.watched, await source.people?.(application.settledCommit, watchedPaths(verdict.watched), signal))));
        else if (verdict.kind === 'PROBLEM') {
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
    return { released, unchanged: unchanged.length, held };
  }

  async sourceFailed({ project, repository, ref, reason, message }: SourceFailure): Promise<void> {
    const { tx, store, further } = this.ports;
    await tx.run(systemScope(CONTROLLER, project), async () => {
      await store.noteSourceProblem(repository, ref, { reason, message });
      await further.noteRefProblem(repository, ref, { reason, message });
    });
  }

  async historyRewritten({ project, repository, ref, commit, reason, message }: RewrittenSource): Promise<number> {
    const { tx, store, further, outbox } = this.ports;
    return tx.run(systemScope(CONTROLLER, project), async () => {
      const held = await store.hold(repository, ref, { reason, message }, commit);
      for (const id of held) await outbox.append({ kind: 'application.held', projectId: project, payload: { applicationId: id, reason, commit: commit ?? null } });
      return held.length + (await further.noteRefProblem(repository, ref, { reason, message }));
    });
  }

  async #judge(application: EvaluatedApplication, source: ResolvedSource, digests: Map<string, Result<WatchSet, SourceReadFailure>>, signal: AbortSignal): Promise<Verdict> {
    const watchedSource = watchedSourceOf(application.revision.spec);
    const { path, renderer, watch, helm } = watchedSource;
    const key = canonicalJson([path, renderer, [...watch], [...(helm?.valuesFiles ?? [])]]);
    const watched = digests.get(key) ?? (source.content.kind === 'ARCHIVE' ? archiveWatchSet(source.commit) : await computeSourceDigest(source.content.tree, watchedSource, signal));
    digests.set(key, watched);
    if (!watched.ok) return { kind: 'PROBLEM', ...problemOf(watched.error) };
    const further = judgeFurtherSources(application.sources);
    if (further.kind !== 'FOUND') return further.kind === 'WAITS' ? further : { ...further, isFinal: false };
    const digest = combineSourceDigests(watched.value.digest, further.pinned);
    const decision = shouldRelease(keyOf(application.newest), releaseKey(renderingFieldsOf(application.revision.spec, source.repository), digest));
    return decision.release ? { kind: 'CHANGED', watched: watched.value } : { kind: 'UNCHANGED' };
  }

  async #note(application: EvaluatedApplication, source: ResolvedSource, { problem, isFinal }: Extract<Verdict, { kind: 'PROBLEM' }>): Promise<void> {
    const { tx, store, log } = this.ports;
    await tx.run(systemScope(CONTROLLER, application.project), async () => {
      const current = await this.#lockAsJudged(application);
      if (current === undefined) return;
      log.warn('a commit makes no release of an application; what runs stays as it is', { applicationId: current.id, ref: source.ref, commit: source.commit, ...problem });
      await store.noteProblem(current, problem, isFinal ? source.commit : undefined);
    });
  }

  /**
   * The application, if nobody judged it since we looked. A watcher that stood still while another took over comes with the commit of an earlier time,
   * which would now be released as a step back.
   */
  async #lockAsJudged(application: EvaluatedApplication): Promise<EvaluatedApplication | undefined> {
    const current = await this.ports.store.lock(application);
    const isSame = current?.lastCommit === application.lastCommit && current?.newest?.id === application.newest?.id && current?.sourcesVersion === application.sourcesVersion;
    return isSame ? current : undefined;
  }

  /** Decides again under the lock: another replica may have been first. */
  async #release(application: EvaluatedApplication, source: ResolvedSource, watched: WatchSet, people: CommitPeople | undefined): Promise<readonly ReleaseId[]> {
    const { tx, store, rollouts, audit, outbox, ids, tracer } = this.ports;
    const startedAt = tracer.now();
    let span: Span | undefined;
    const released = await tx.run(systemScope(CONTROLLER, application.project), async () => {
      const current = await this.#lockAsJudged(application);
      if (current === undefined) return [];
      const further = judgeFurtherSources(current.sources);
      if (further.kind !== 'FOUND') return [];
      const sourceDigest = combineSourceDigests(watched.digest, further.pinned);
      const key = releaseKey(renderingFieldsOf(current.revision.spec, source.repository), sourceDigest);
      const isNews = shouldRelease(keyOf(current.newest), key).release;
      await store.noteEvaluated([current], source.commit);
      if (!isNews) return [];
      const id = releaseId(ids.uuid());
      const number = (current.newest?.number ?? 0) + 1;
      const at = traceUnder(source.trace, id, 'release');
      await store.add({
        project: current.project, application: current.id, id, number, revision: current.revision.id, repository: source.repository, commit: source.commit, ref: source.ref,
        fullRef: source.fullRef, location: source.content.kind === 'ARCHIVE' ? source.content.location : undefined, sources: further.pinned, sourceDigest, releaseKey: key.digest, fellBack: watchedPaths(watched).includes(''),
        author: foreignLine(source.author, MAX_AUTHOR), subject: foreignLine(source.subject, MAX_SUBJECT), committedAt: source.committedAt,
        trace: formatTraceparent(at),
        people: people && mergePeople([people, ...current.sources.flatMap((one) => (one.kind === 'FOUND' ? [one.people] : []))]),
      });
      await audit.record({ action: 'release.create', object: { kind: 'Release', id }, projectId: current.project, outcome: 'SUCCEEDED', after: { application: current.id, number, commit: source.commit, key: key.digest } });
      await outbox.append({ kind: 'release.created', projectId: current.project, payload: { applicationId: current.id, releaseId: id, number, commit: source.commit } });
      await rollouts.start({ project: current.project, application: current.id, id });
      tx.notify(CHANNELS.applicationChanged, current.id);
      const attributes = { 'capstan.application': current.id, 'capstan.release': number, 'capstan.ref': source.ref, 'capstan.commit': source.commit };
      span = { name: 'release', at, parentId: source.trace?.spanId, startedAt, endedAt: tracer.now(), attributes };
      return [id];
    });
    if (span !== undefined) tracer.record(span);
    return released;
  }
}

/** An archive is one thing: it is released as a whole, whatever of it changed. */
function archiveWatchSet(commit: string): Result<WatchSet, SourceReadFailure> {
  const digest = parseDigest(commit);
  if (digest === undefined) throw new Error(`an archive has no digest: ${commit}`);
  return ok({ digest, paths: [], fallsBackToRoot: undefined });
}

function keyOf(newest: NewestRelease | undefined): ReleaseKey | undefined {
  return newest && releaseKey(renderingFieldsOf(newest.spec, newest.repository), newest.sourceDigest);
}
