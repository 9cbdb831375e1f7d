import type { ReasonCode } from '../target/reason-code.js';

/** A repository as the hub found it when it looked last. */
export interface LastLook {
  readonly name: string;
  /** undefined: it could be read. */
  readonly reason: ReasonCode | undefined;
  /** When it could be read last; undefined: never. */
  readonly lastReadAt: Date | undefined;
}

export type AwayRepository = LastLook & { readonly reason: ReasonCode };

/** A target that is to go back, and what it would need for that. */
export interface WayBack {
  /** `application@cluster`. */
  readonly target: string;
  /** Repositories that its release is made from. */
  readonly repositories: readonly LastLook[];
  /** Id of the content that its order would name. */
  readonly content: string;
  /** What its agent said last; undefined: nothing. */
  readonly kept: readonly string[] | undefined;
}

/** What a rollback would have to wait for. Each list of targets in the order in which they were given. */
export interface OutOfReach {
  /** By name. */
  readonly repositories: readonly AwayRepository[];
  /** Their agents say that they keep it no longer. */
  readonly notKept: readonly string[];
  /** Their agents do not tell what they keep: that is not to say that they keep it. */
  readonly unknown: readonly string[];
  /** They can go back now: their agents keep it, or everything that it is made from can be read. */
  readonly reachable: readonly string[];
}

/** Reasons that speak of the server or of the way there. All others are about one ref or one content of it, or about the hub: agents may still get what they ask for. */
const AWAY: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['REPOSITORY_UNREACHABLE', 'REPOSITORY_NOT_FOUND', 'REPOSITORY_RATE_LIMITED', 'AUTHENTICATION_FAILED', 'HOST_KEY_UNKNOWN']);

/**
 * Which targets could not go back now: the release would have to be fetched from a repository that could not be read at the last look, and their agents do
 * not keep it. undefined: all can. Pure.
 */
export function outOfReach(ways: readonly WayBack[]): OutOfReach | undefined {
  const judged = ways.map((way) => ({ way, away: way.kept?.includes(way.content) === true ? [] : way.repositories.filter(isAway) }));
  const waiting = judged.filter(({ away }) => away.length > 0);
  if (waiting.length === 0) return undefined;
  const repositories = new Map(waiting.flatMap(({ away }) => away.map((one) => [one.name, one])));
  return {
    repositories: [...repositories.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    notKept: waiting.flatMap(({ way }) => (way.kept === undefined ? [] : way.target)),
    unknown: waiting.flatMap(({ way }) => (way.kept === undefined ? way.target : [])),
    reachable: judged.flatMap(({ way, away }) => (away.length === 0 ? way.target : [])),
  };
}

function isAway(repository: LastLook): repository is AwayRepository {
  return repository.reason !== undefined && AWAY.has(repository.reason);
}
