import { traceUnder, type Failpoints, type Ids, type Log, type Result, type Tracer } from '#kernel';
import { reasonOfGitFailure, type GitFailure } from '#git';
import { isSamePoint, type HostVerdict, type RefPoint, type RepositoryType } from '#domain';
import type { ReleaseEvaluation, SourcesWanted } from '../releases/index.js';
import { FollowHistory } from './follow-history.js';
import { pauseMessage, type HostBreakers } from './host-breakers.js';
import type { Look, LookedAt, RepositoryReader } from './repository-reader.js';
import type { ClaimedRepository, KnownRef, RefSighting, Rewrite, SourceProblem, SourceStore } from './source.store.js';

/** Counts look-ups; `outcome` is OK or the code of the failure. */
export interface LookUpMeter {
  measure<T>(work: () => Promise<T>, outcomeOf: (value: T) => string): Promise<T>;
}

export interface PollPorts {
  readonly readerOf: (type: RepositoryType) => RepositoryReader;
  readonly hosts: Pick<HostBreakers, 'ask' | 'hear'>;
  readonly store: SourceStore;
  readonly wanted: SourcesWanted;
  readonly evaluation: ReleaseEvaluation;
  readonly meter: LookUpMeter;
  readonly ids: Ids;
  readonly tracer: Tracer;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

export type PollOutcome =
  | { readonly kind: 'SEEN'; readonly isFollowed: boolean; readonly isUndecided: boolean }
  /** Its host is left alone just now: nobody was asked. */
  | { readonly kind: 'WAITS'; readonly waitMs: number; readonly problem: SourceProblem }
  | { readonly kind: 'FAILED'; readonly failure: GitFailure; readonly problem: SourceProblem };

type Looked = Result<Look, GitFailure>;

/** Asked for when nobody follows anything in a Git repository: it still shows whether it can be reached. */
const NOTHING_FOLLOWED: Readonly<Record<RepositoryType, readonly string[]>> = { GIT: ['HEAD'], OCI: [], HELM: [] };

/** A ref that the server has, and what is known of it. */
interface PresentRef {
  readonly ref: string;
  readonly at: RefPoint;
  readonly known: KnownRef;
}

const UNKNOWN_REF: KnownRef = { good: undefined, approved: undefined, rewrite: undefined };

/**
 * One look at one repository: one question to the Git server for every ref that any application follows; the history of what moved; one
 * evaluation for each ref that goes on from where it was. Safe to repeat, and to kill between any two lines: what was not judged or evaluated is
 * asked for again, by the rows of refs and applications.
 */
export class PollRepository {
  readonly #history: FollowHistory;

  constructor(private readonly ports: PollPorts) {
    this.#history = new FollowHistory(ports.store, ports.evaluation, ports.log);
  }

  /** @throws ClaimLost; the signal's reason when it aborts. */
  async execute(repository: ClaimedRepository, signal: AbortSignal): Promise<PollOutcome> {
    const { hosts, wanted, failpoints } = this.ports;
    const verdict = hosts.ask(repository);
    if (verdict.kind === 'WAIT') return this.#waits(repository, verdict);
    const followed = await wanted.refsOf(repository.id);
    const looked = await this.#lookUp(repository, followed.length === 0 ? NOTHING_FOLLOWED[repository.type] : followed, signal);
    await failpoints.hit('source-watcher.after-look-up');
    if (!looked.ok) return this.#failed(repository, undefined, looked.error, signal);
    const present = await this.#noteSightings(repository, followed, looked.value.refs);
    await failpoints.hit('source-watcher.after-sightings');
    const isUndecided = await this.#evaluateChanged(repository, looked.value, present, signal);
    return typeof isUndecided === 'boolean' ? { kind: 'SEEN', isFollowed: followed.length > 0, isUndecided } : isUndecided;
  }

  async #lookUp(repository: ClaimedRepository, refs: readonly string[], signal: AbortSignal): Promise<Looked> {
    const { readerOf, hosts, meter } = this.ports;
    return meter.measure(
      async (): Promise<Looked> => {
        const looked = await readerOf(repository.type).look(repository, refs, signal);
        hosts.hear(repository, looked.ok ? undefined : looked.error);
        return looked;
      },
      (result) => (result.ok ? 'OK' : result.error.code),
    );
  }

  /** Writes down where the refs are, and tells those who follow one that is absent, or is where it must not be. Answers those that may go on. */
  async #noteSightings(repository: ClaimedRepository, followed: readonly string[], refs: Look['refs']): Promise<readonly PresentRef[]> {
    const { store, readerOf, evaluation } = this.ports;
    const known = await store.knownRefs(repository, followed);
    const all = followed.map((ref) => ({ ref, seen: refs.get(ref), known: known.get(ref) ?? UNKNOWN_REF }));
    const absenceOf = (ref: string): SourceProblem => ({ reason: 'REF_NOT_FOUND', message: readerOf(repository.type).absence(ref) });
    await store.noteSightings(repository, all.map(({ ref, seen }): RefSighting => (seen === undefined ? { ref, absent: absenceOf(ref) } : 'problem' in seen ? { ref, absent: seen.problem } : { ref, ...pointOf(seen) })));
    const present: PresentRef[] = [];
    for (const { ref, seen, known: past } of all) {
      if (seen !== undefined && 'problem' in seen) await evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref, ...seen.problem });
      else if (seen === undefined) await this.#absent(repository, ref, past, absenceOf(ref));
      else if (past.rewrite !== undefined && isHeldStill(past.rewrite, past.approved, seen)) await this.#history.showHeld(repository, ref, past.rewrite);
      else present.push({ ref, at: pointOf(seen), known: past });
    }
    return present;
  }

  async #absent(repository: ClaimedRepository, ref: string, { good }: KnownRef, absence: SourceProblem): Promise<void> {
    if (good !== undefined) return this.#history.hold(repository, ref, { kind: 'DELETED', from: good, to: undefined });
    await this.ports.evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref, ...absence });
  }

  /** True when something could not be judged; an outcome when the content could not be had. */
  async #evaluateChanged(repository: ClaimedRepository, look: Look, present: readonly PresentRef[], signal: AbortSignal): Promise<boolean | PollOutcome> {
    const { wanted, failpoints } = this.ports;
    const waiting = new Set((await wanted.needingEvaluation(repository.id, present.map(({ ref, at }) => ({ ref, commit: at.commit })))).map(({ ref }) => ref));
    const changed = present.filter(({ ref, at, known }) => waiting.has(ref) || known.rewrite !== undefined || !isSamePoint(known.good, at));
    if (changed.length === 0) return false;
    const refs = changed.map(({ ref }) => ref);
    const opened = await look.open(changed.map(({ at }) => at), signal);
    await failpoints.hit('source-watcher.after-mirror');
    if (!opened.ok) return this.#failed(repository, refs, opened.error, signal);
    let isUndecided = false;
    for (const { ref, at, known } of changed) {
      const verdict = await this.#history.judge(repository, ref, known, at, opened.value, signal);
      await failpoints.hit('source-watcher.after-judgement');
      isUndecided ||= verdict === 'UNDECIDED';
      if (verdict !== 'FOLLOWED') continue;
      const failure = await this.#evaluate(repository, ref, at, opened.value, signal);
      await failpoints.hit('source-watcher.after-evaluation');
      if (failure !== undefined) return this.#failed(repository, [ref], failure, signal);
    }
    return isUndecided;
  }

  async #evaluate(repository: ClaimedRepository, ref: string, at: RefPoint, looked: LookedAt, signal: AbortSignal): Promise<GitFailure | undefined> {
    const source = await looked.sourceAt(ref, at, signal);
    if (!source.ok) return source.error;
    const { evaluation, ids, tracer } = this.ports;
    const startedAt = tracer.now();
    const trace = repository.trace ?? traceUnder(undefined, ids.uuid(), 'poll');
    const { released } = await evaluation.evaluate({ project: repository.project, repository: repository.id, ref, ...at, ...source.value, trace }, signal);
    if (repository.trace === undefined && released.length > 0) {
      tracer.record({ name: 'poll', at: trace, parentId: undefined, startedAt, endedAt: tracer.now(), attributes: { 'capstan.repository': repository.id, 'capstan.ref': ref, 'capstan.commit': at.commit } });
    }
    return undefined;
  }

  /** Shows the failure on the repository's refs and on the applications concerned. Nothing else changes. */
  async #failed(repository: ClaimedRepository, refs: readonly string[] | undefined, failure: GitFailure, signal: AbortSignal): Promise<PollOutcome> {
    if (failure.code === 'GIT_ABORTED') signal.throwIfAborted();
    const problem = { reason: reasonOfGitFailure(failure.code), message: failure.message };
    await this.#show(repository, refs, problem);
    return { kind: 'FAILED', failure, problem };
  }

  async #waits(repository: ClaimedRepository, { waitMs, isRateLimited }: Extract<HostVerdict, { kind: 'WAIT' }>): Promise<PollOutcome> {
    const problem = { reason: reasonOfGitFailure(isRateLimited ? 'RATE_LIMITED' : 'REPOSITORY_UNREACHABLE'), message: pauseMessage(repository.url) };
    await this.#show(repository, undefined, problem);
    return { kind: 'WAITS', waitMs, problem };
  }

  async #show(repository: ClaimedRepository, refs: readonly string[] | undefined, problem: SourceProblem): Promise<void> {
    const { store, evaluation } = this.ports;
    await store.noteProblem(repository, refs, problem);
    for (const ref of refs ?? [undefined]) await evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref, ...problem });
  }
}

function pointOf({ fullRef, commit }: RefPoint): RefPoint {
  return { fullRef, commit };
}

/** It is where it was held, and nobody has approved of that. */
function isHeldStill(rewrite: Rewrite, approved: RefPoint | undefined, at: RefPoint): boolean {
  return isSamePoint(rewrite.to, at) && !isSamePoint(approved, at);
}
