import { ok, type Failpoints, type Result } from '#kernel';
import { reasonOfGitFailure, type GitFailure, type GitObjects, type GitPort, type GitRemote, type ResolvedRef } from '#git';
import type { RepositoryId } from '#domain';
import type { Ancestry, EvaluationSummary, ReleaseEvaluation, SourcesWanted } from '../releases/index.js';
import type { RepositoryCredentials } from '../repositories/index.js';
import { cacheKeyOf } from './git-copies.js';
import type { GitEgress } from './git-egress.js';
import type { ClaimedRepository, RefSighting, SourceProblem, SourceStore } from './source.store.js';

/** Counts look-ups; `outcome` is OK or the code of the failure. */
export interface LookUpMeter {
  measure<T>(work: () => Promise<T>, outcomeOf: (value: T) => string): Promise<T>;
}

export interface PollPorts {
  readonly git: GitPort;
  readonly egress: Pick<GitEgress, 'check'>;
  readonly store: SourceStore;
  readonly wanted: SourcesWanted;
  readonly evaluation: ReleaseEvaluation;
  readonly openCredentials: (id: RepositoryId, sealed: Uint8Array) => RepositoryCredentials;
  readonly meter: LookUpMeter;
  readonly failpoints: Failpoints;
}

export type PollOutcome =
  | { readonly kind: 'SEEN'; readonly isFollowed: boolean; readonly isUndecided: boolean }
  | { readonly kind: 'FAILED'; readonly failure: GitFailure; readonly problem: SourceProblem };

type Looked = Result<{ readonly remote: GitRemote; readonly refs: ReadonlyMap<string, ResolvedRef | undefined> }, GitFailure>;

/** Asked for when nobody follows anything: it still shows whether the repository can be reached. */
const NOTHING_FOLLOWED = ['HEAD'];

/**
 * One look at one repository: one question to the Git server for every ref that any application follows; the history of what moved; one
 * evaluation for each ref. Safe to repeat, and to kill between any two lines: what was not evaluated is asked for again, by the rows of the applications.
 */
export class PollRepository {
  constructor(private readonly ports: PollPorts) {}

  /** @throws ClaimLost; the signal's reason when it aborts. */
  async execute(repository: ClaimedRepository, signal: AbortSignal): Promise<PollOutcome> {
    const { wanted, failpoints } = this.ports;
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
    const { git, egress, openCredentials, meter } = this.ports;
    return meter.measure(
      async (): Promise<Looked> => {
        const addresses = await egress.check(repository.url, signal);
        if (!addresses.ok) return addresses;
        const credentials = repository.credentials === undefined ? undefined : openCredentials(repository.id, repository.credentials);
        const remote = { url: repository.url, credentials, addresses: addresses.value };
        const found = await git.lookUp(remote, refs, signal);
        return found.ok ? ok({ remote, refs: found.value }) : found;
      },
      (result) => (result.ok ? 'OK' : result.error.code),
    );
  }

  /** Writes down where the refs are, and tells those who follow one that is absent. Answers the others. */
  async #noteSightings(repository: ClaimedRepository, followed: readonly string[], refs: ReadonlyMap<string, ResolvedRef | undefined>): Promise<ReadonlyMap<string, ResolvedRef>> {
    const { store, evaluation } = this.ports;
    const known = await store.knownRefs(repository);
    const sightings = followed.map((ref): RefSighting => {
      const found = refs.get(ref);
      return found === undefined ? { ref, absent: absenceOf(ref, known.get(ref)) } : { ref, ...found };
    });
    await store.noteSightings(repository, sightings);
    for (const sighting of sightings) {
      if ('absent' in sighting) await evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref: sighting.ref, ...sighting.absent });
    }
    return new Map(sightings.flatMap((one) => ('absent' in one ? [] : [[one.ref, { fullRef: one.fullRef, commit: one.commit }] as const])));
  }

  /** True when something could not be judged; an outcome when the content could not be had. */
  async #evaluateChanged(repository: ClaimedRepository, remote: GitRemote, present: ReadonlyMap<string, ResolvedRef>, signal: AbortSignal): Promise<boolean | PollOutcome> {
    const { git, wanted, failpoints } = this.ports;
    const waiting = await wanted.needingEvaluation(repository.id, [...present].map(([ref, { commit }]) => ({ ref, commit })));
    const changed = waiting.flatMap(({ ref }) => {
      const resolved = present.get(ref);
      return resolved === undefined ? [] : [{ ref, ...resolved }];
    });
    if (changed.length === 0) return false;
    const refs = changed.map(({ ref }) => ref);
    const objects = await git.mirror(remote, cacheKeyOf(repository), changed, signal);
    await failpoints.hit('source-watcher.after-mirror');
    if (!objects.ok) return this.#failed(repository, refs, objects.error, signal);
    let isUndecided = false;
    for (const one of changed) {
      const summary = await this.#evaluate(repository, one, objects.value, signal);
      await failpoints.hit('source-watcher.after-evaluation');
      if (!summary.ok) return this.#failed(repository, [one.ref], summary.error, signal);
      isUndecided ||= summary.value.undecided > 0;
    }
    return isUndecided;
  }

  async #evaluate(repository: ClaimedRepository, at: ResolvedRef & { readonly ref: string }, objects: GitObjects, signal: AbortSignal): Promise<Result<EvaluationSummary, GitFailure>> {
    const meta = await objects.commit(at.commit, signal);
    if (!meta.ok) return meta;
    const tree = await objects.tree(at.commit, signal);
    if (!tree.ok) return tree;
    const { author, subject, committedAt } = meta.value;
    const summary = await this.ports.evaluation.evaluate(
      {
        project: repository.project, repository: repository.id, ref: at.ref, fullRef: at.fullRef, commit: at.commit, tree: tree.value,
        author: author.name === '' ? author.email : author.name, subject, committedAt,
        isDescendantOf: (previous, asked) => ancestryOf(objects, previous, at.commit, asked),
      },
      signal,
    );
    return ok(summary);
  }

  /** Shows the failure on the repository's refs and on the applications concerned. Nothing else changes. */
  async #failed(repository: ClaimedRepository, refs: readonly string[] | undefined, failure: GitFailure, signal: AbortSignal): Promise<PollOutcome> {
    if (failure.code === 'GIT_ABORTED') signal.throwIfAborted();
    const { store, evaluation } = this.ports;
    const problem = { reason: reasonOfGitFailure(failure.code), message: failure.message };
    await store.noteProblem(repository, refs, problem);
    for (const ref of refs ?? [undefined]) await evaluation.sourceFailed({ project: repository.project, repository: repository.id, ref, ...problem });
    return { kind: 'FAILED', failure, problem };
  }
}

/** A tag that is gone is a tag that moved: what it stood for may be given to something else. */
function absenceOf(ref: string, lastFullRef: string | undefined): SourceProblem {
  return lastFullRef?.startsWith('refs/tags/') === true
    ? { reason: 'HISTORY_REWRITTEN', message: `The tag ${ref} was deleted.` }
    : { reason: 'REF_NOT_FOUND', message: `The repository has no branch or tag ${ref}.` };
}

/** The copy holds the whole history of `commit`: a commit that is not in it is none of its ancestors. */
async function ancestryOf(objects: GitObjects, previous: string, commit: string, signal: AbortSignal): Promise<Ancestry> {
  const answer = await objects.isAncestor(previous, commit, signal);
  if (answer.ok) return answer.value ? 'YES' : 'NO';
  if (answer.error.code !== 'COMMIT_UNREACHABLE') return 'UNKNOWN';
  const own = await objects.commit(commit, signal);
  return own.ok ? 'NO' : 'UNKNOWN';
}
