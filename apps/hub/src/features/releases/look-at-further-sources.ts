import { digestOfJson, ok, parseDigest, type Digest, type Result } from '#kernel';
import { computeFilesDigest, filesOfFurtherSource, mayHaveBases, mergePeople, UNKNOWN_PEOPLE, type CommitPeople, type SourceReadFailure } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { FollowedSource, FurtherSourcesStore } from './further-sources.store.js';
import { problemOf } from './problem-of.js';
import type { ResolvedSource } from './release-evaluation.js';
import { watchedPaths } from './watched-paths.js';

const CONTROLLER = 'release-evaluation';

/** Finds out what the ref holds for the applications that take values files or bases from it. What is released is decided where their own source is looked at. */
export class LookAtFurtherSources {
  constructor(
    private readonly tx: Pick<TransactionContext, 'run'>,
    private readonly store: FurtherSourcesStore,
  ) {}

  async execute(source: ResolvedSource, signal: AbortSignal): Promise<void> {
    const scope = systemScope(CONTROLLER, source.project);
    const followers = await this.tx.run(scope, () => this.store.followers(source.repository, source.ref));
    for (const follower of followers) {
      signal.throwIfAborted();
      const digest = await digestFor(follower, source, signal);
      const people = digest.ok && digest.value.digest !== follower.digest ? mergePeople([follower.people, await peopleFor(follower, source, digest.value.paths, signal)]) : follower.people;
      const { commit, fullRef, content } = source;
      const location = content.kind === 'ARCHIVE' ? content.location : undefined;
      await this.tx.run(scope, async () => {
        if (digest.ok) return this.store.noteFound(follower, { commit, fullRef, location, digest: digest.value.digest, people });
        const { problem, isFinal } = problemOf(digest.error);
        return this.store.noteProblem(follower, problem, isFinal);
      });
    }
  }
}

/** Where nobody can tell, that is what is noted. */
async function peopleFor({ commit }: FollowedSource, { people }: ResolvedSource, paths: readonly string[], signal: AbortSignal): Promise<CommitPeople> {
  return people === undefined ? UNKNOWN_PEOPLE : people(commit, paths, signal);
}

interface FoundDigest {
  readonly digest: Digest;
  readonly paths: readonly string[];
}

async function digestFor({ name, revision: { spec } }: FollowedSource, { content, commit }: ResolvedSource, signal: AbortSignal): Promise<Result<FoundDigest, SourceReadFailure>> {
  if (content.kind === 'ARCHIVE') {
    const digest = parseDigest(commit);
    if (digest === undefined) throw new Error(`an archive has no digest: ${commit}`);
    return ok({ digest, paths: [] });
  }
  const further = spec.sources?.find((one) => one.name === name);
  const watched = await computeFilesDigest(content.tree, further === undefined ? [] : filesOfFurtherSource(spec, further), signal);
  if (!watched.ok) return watched;
  // A base is asked for by its ref too: another ref may be the answer to a refusal, whatever it holds.
  const digest = mayHaveBases(spec.source, name) ? digestOfJson({ format: 1, ref: further?.ref ?? '', content: watched.value.digest }) : watched.value.digest;
  return ok({ digest, paths: watchedPaths(watched.value) });
}
