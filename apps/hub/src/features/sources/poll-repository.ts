import { ok, type Failpoints, type Log, type Result } from '#kernel';
import { reasonOfGitFailure, type GitFailure, type GitObjects, type GitPort, type GitRemote, type ResolvedRef } from '#git';
import { isSamePoint, type HostVerdict, type RefPoint, type RepositoryId } from '#domain';
import type { ReleaseEvaluation, SourcesWanted } from '../releases/index.js';
import type { RepositoryCredentials } from '../repositories/index.js';
import { cacheKeyOf } from './git-copies.js';
import { FollowHistory } from './follow-history.js';
import type { GitEgress } from './git-egress.js';
import { pauseMessage, type HostBreakers } from './host-breakers.js';
import type { ClaimedRepository, KnownRef, RefSighting, Rewrite, SourceProblem, SourceStore } from './source.store.js';

/** Counts look-ups; `outcome` is OK or the code of the failure. */
export interface LookUpMeter {
  measure<T>(work: () => Promise<T>, outcomeOf: (value: T) => string): Promise<T>;
}

export interface PollPorts {
  readonly git: GitPort;
  readonly egress: Pick<GitEgress, 'check'>;
  readonly hosts: Pick<HostBreakers, 'ask' | 'hear'>;
  readonly store: SourceStore;
  readonly wanted: SourcesWanted;
  readonly evaluation: ReleaseEvaluation;
  readonly openCredentials: (id: RepositoryId, sealed: Uint8Array) => RepositoryCredentials;
  readonly meter: LookUpMeter;
  readonly failpoints: Failpoints;
  readonly log: Log;
}

export type PollOutcome =
  | { readonly kind: 'SEEN'; readonly isFollowed: boolean; readonly isUndecided: boolean }
  /** Its host is left alone just now: nobody was asked. */
  | { readonly kind: 'WAITS'; readonly waitMs: number; readonly problem: SourceProblem }
  | { readonly kind: 'FAILED'; readonly failure: GitFailure; readonly problem: SourceProblem };

type Looked = Result<{ readonly remote: GitRemote; readonly refs: ReadonlyMap<string, ResolvedRef | undefined> }, GitFailure>;

/** Asked for when nobody follows anything: it still shows whether the repository can be reached. */
const NOTHING_FOLLOWED = ['HEAD'];

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
    const looked = await this.#lookUp(repository, followed.length === 0 ? NOTHING_FOLLOWED : followed, signal);
    await failpoints.hit('source-watcher.after-look-up');
    if (!looked.ok) return this.#failed(repository, undefined, looked.error, signal);
    const { remote, refs } = looked.value;
    const present = await this.#noteSightings(repository, followed, refs);
    await failpoints.hit('source-watcher.after-sightings');
    const isUndecided = await this.#evaluateChanged(repository, remote, present, signal);
    return typeof isUndecided === 'boolean' ? { kind: 'SEEN', isFollowed: followed.length > 0, isUndecided } : isUndecided;
  }

  async #lookUp(repository: ClaimedRepository, refs: readonly string[], signal: AbortSignal): Promise<Looked> {
    const { git, egress, hosts, openCredentials, meter } = this.ports;
    return meter.measure(
      async (): Promise<Looked> => {
        const addresses = await egress.check(repository.url, signal);
        if (!addresses.ok) return addresses;
        const credentials = repository.credentials === undefined ? undefined : openCredentials(repository.id, repository.credentials);
        const remote = { url: repository.url, credentials, addresses: addresses.value };
        const found = await git.lookUp(remote, refs, signal);
        hosts.hear(repository, found.ok ? undefined : found.error);
        return found.ok ? ok({ remote, refs: found.value }) : found;
      },
      (result) => (result.ok ? 'OK' : result.error.code),
    );
  }

  /** Writes down where the refs are, and tells those who follow one that is absent, or is where it must not be. Answers those that may go on. */
  async #noteSightings(repository: ClaimedRepository, followed: readonly string[], refs: ReadonlyMap<string, ResolvedRef | undefined>): Promise<readonly PresentRef[]> {
    const known = await this.ports.store.knownRefs(repository, followed);
    const all = followed.map((ref) => ({ ref, at: refs.get(ref), known: known.get(ref) ?? UNKNOWN_REF }));
    await this.ports.store.noteSightings(repository, all.map(({ ref, at }): RefSighting => (at === undefined ? { ref, absent: absenceOf(ref) } : { ref, ...at })));
    const present: PresentRef[] = [];
    for (const { ref, at, known: past } of all) {
      if (at === undefined) await this.#absent(repository, ref, past);
      else if (past.rewrite !== undefined && isHeldStill(past.rewrite, past.approved, at)) await this.#history.showHeld(repository, ref, past.rewrite);
      else present.push({ ref, at, known: past });
    }
    return present;
  }

  async #absent(repository: ClaimedRepository, ref: string, { good }: KnownRef): Promise<void> {
    if (good !== undefined) return this.#history.hold(repository, ref, { kind: 'DELETED', from: good, to: undefined });
    await this.ports.evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref, ...absenceOf(ref) });
  }

  /** True when something could not be judged; an outcome when the content could not be had. */
  async #evaluateChanged(repository: ClaimedRepository, remote: GitRemote, present: readonly PresentRef[], signal: AbortSignal): Promise<boolean | PollOutcome> {
    const { git, wanted, failpoints } = this.ports;
    const waiting = new Set((await wanted.needingEvaluation(repository.id, present.map(({ ref, at }) => ({ ref, commit: at.commit })))).map(({ ref }) => ref));
    const changed = present.filter(({ ref, at, known }) => waiting.has(ref) || known.rewrite !== undefined || !isSamePoint(known.good, at));
    if (changed.length === 0) return false;
    const refs = changed.map(({ ref }) => ref);
    const objects = await git.mirror(remote, cacheKeyOf(repository), changed.map(({ at }) => at), signal);
    await failpoints.hit('source-watcher.after-mirror');
    if (!objects.ok) return this.#failed(repository, refs, objects.error, signal);
    let isUndecided = false;
    for (const { ref, at, known } of changed) {
      const verdict = await this.#history.judge(repository, ref, known, at, objects.value, signal);
      await failpoints.hit('source-watcher.after-judgement');
      isUndecided ||= verdict === 'UNDECIDED';
      if (verdict !== 'FOLLOWED') continue;
      const failure = await this.#evaluate(repository, ref, at, objects.value, signal);
      await failpoints.hit('source-watcher.after-evaluation');
      if (failure !== undefined) return this.#failed(repository, [ref], failure, signal);
    }
    return isUndecided;
  }

  async #evaluate(repository: ClaimedRepository, ref: string, at: RefPoint, objects: GitObjects, signal: AbortSignal): Promise<GitFailure | undefined> {
    const meta = await objects.commit(at.commit, signal);
    if (!meta.ok) return meta.error;
    const tree = await objects.tree(at.commit, signal);
    if (!tree.ok) return tree.error;
    const { author, subject, committedAt } = meta.value;
    await this.ports.evaluation.evaluate(
      {
        project: repository.project, repository: repository.id, ref, commit: at.commit, tree: tree.value,
        author: author.name === '' ? author.email : author.name, subject, committedAt,
      },
      signal,
    );
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

function absenceOf(ref: string): SourceProblem {
  return { reason: 'REF_NOT_FOUND', message: `The repository has no branch or tag ${ref}.` };
}

/** It is where it was held, and nobody has approved of that. */
function isHeldStill(rewrite: Rewrite, approved: RefPoint | undefined, at: RefPoint): boolean {
  return isSamePoint(rewrite.to, at) && !isSamePoint(approved, at);
}
