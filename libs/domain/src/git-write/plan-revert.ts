import { err, ok, type Result } from '#kernel';
import type { ReleaseId, RepositoryId } from '../ids.js';
import type { RepositoryType } from '../source/repository-type.js';

/** A release that targets go back to. */
export interface RevertDestination {
  readonly release: ReleaseId;
  readonly number: number;
  readonly repository: RepositoryId;
  readonly path: string;
  /** Over all that it was rendered from. */
  readonly sourceDigest: string;
  /** Its files could not be told from the rest of the repository. */
  readonly fellBack: boolean;
  /** How many targets go there. */
  readonly targets: number;
}

/** What is known before a rollback that also writes to Git. */
export interface RevertState {
  readonly application: string;
  /** What the application follows now. */
  readonly source: { readonly repository: RepositoryId; readonly ref: string; readonly path: string };
  readonly repository: { readonly name: string; readonly type: RepositoryType; readonly hasWriteCredentials: boolean };
  /** What the ref stood for when it was last seen. */
  readonly fullRef: string | undefined;
  readonly destinations: readonly RevertDestination[];
}

export type RevertRefused =
  | { readonly code: 'REVERT_NOT_GIT'; readonly application: string; readonly repository: string }
  | { readonly code: 'WRITE_CREDENTIALS_MISSING'; readonly repository: string }
  /** A tag, a commit, or a ref that was never seen: no commit can be put on top of it. */
  | { readonly code: 'REVERT_NEEDS_BRANCH'; readonly application: string; readonly ref: string }
  /** One branch holds one state. */
  | { readonly code: 'REVERT_AMBIGUOUS'; readonly application: string; readonly releases: readonly { readonly number: number; readonly targets: number }[] }
  /** The release came from elsewhere: what changed since is the application, and not its files. */
  | { readonly code: 'REVERT_OTHER_SOURCE'; readonly application: string; readonly release: number }
  | { readonly code: 'REVERT_WHOLE_REPOSITORY'; readonly application: string; readonly release: number };

export interface PlannedRevert {
  readonly release: ReleaseId;
  readonly number: number;
  readonly branch: string;
  readonly path: string;
}

const BRANCHES = 'refs/heads/';

/**
 * Which release's files a branch gets back, and which branch, or why none can: decided before anything is assigned. Releases of the same content are one. Pure.
 */
export function planRevert(state: RevertState): Result<PlannedRevert, RevertRefused> {
  const { application, source, repository, fullRef, destinations } = state;
  if (repository.type !== 'GIT') return err({ code: 'REVERT_NOT_GIT', application, repository: repository.name });
  if (!repository.hasWriteCredentials) return err({ code: 'WRITE_CREDENTIALS_MISSING', repository: repository.name });
  if (fullRef === undefined || !fullRef.startsWith(BRANCHES)) return err({ code: 'REVERT_NEEDS_BRANCH', application, ref: source.ref });
  const [newest, ...older] = destinations.toSorted((a, b) => b.number - a.number);
  if (newest === undefined) throw new TypeError('a rollback without a destination');
  if (older.some((one) => one.sourceDigest !== newest.sourceDigest)) {
    return err({ code: 'REVERT_AMBIGUOUS', application, releases: destinations.toSorted((a, b) => a.number - b.number).map(({ number, targets }) => ({ number, targets })) });
  }
  if (newest.repository !== source.repository || newest.path !== source.path) return err({ code: 'REVERT_OTHER_SOURCE', application, release: newest.number });
  if (newest.fellBack && source.path !== '') return err({ code: 'REVERT_WHOLE_REPOSITORY', application, release: newest.number });
  return ok({ release: newest.release, number: newest.number, branch: fullRef.slice(BRANCHES.length), path: source.path });
}
