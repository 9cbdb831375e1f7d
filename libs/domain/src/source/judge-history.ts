/** A full ref, and the commit that it points at. */
export interface RefPoint {
  readonly fullRef: string;
  readonly commit: string;
}

/** Whether one commit has another in its history (or is it). UNKNOWN: it could not be found out now, which never means NO. */
export type Ancestry = 'YES' | 'NO' | 'UNKNOWN';

/** The line of history that is followed under a name of a ref. */
export interface RefLine {
  /** Where it was last found in order; undefined: nothing was ever followed under this name. */
  readonly good: RefPoint | undefined;
  /** The one point to which a person lets the line move from `good`, although its history does not lead there. */
  readonly approved: RefPoint | undefined;
}

/** What the history says of the commit that was seen, from either point of the line. */
export interface SeenAncestry {
  readonly fromGood: Ancestry;
  readonly fromApproved: Ancestry;
}

/** DELETED: gone. RENAMED: a branch where a tag was, or the other way round. TAG_MOVED: a tag elsewhere, even forward. DIVERGED: a branch that lost what it had. */
export type RewriteKind = 'DELETED' | 'RENAMED' | 'TAG_MOVED' | 'DIVERGED';

export type HistoryVerdict =
  /** The name was never anything, and is nothing now. */
  | { readonly kind: 'ABSENT' }
  /** The line goes on here; an approval is used up or has no object any more. */
  | { readonly kind: 'FOLLOWED'; readonly isApproved: boolean }
  | { readonly kind: 'REWRITTEN'; readonly rewrite: RewriteKind }
  /** It could not be judged now: neither in order nor rewritten. */
  | { readonly kind: 'UNDECIDED' };

const TAGS = 'refs/tags/';

/**
 * Judges whether a ref goes on from where it was followed. A branch may only grow, and a tag only stay; anything else needs the approval of
 * exactly this move. A line that comes back to where it was, or to what grew from there, is in order again. Pure.
 *
 * @param seen from a complete answer of the Git server; undefined: it has no such ref
 */
export function judgeHistory({ good, approved }: RefLine, seen: RefPoint | undefined, ancestry: SeenAncestry): HistoryVerdict {
  if (good === undefined) return seen === undefined ? { kind: 'ABSENT' } : { kind: 'FOLLOWED', isApproved: false };
  if (seen === undefined) return { kind: 'REWRITTEN', rewrite: 'DELETED' };
  if (isSamePoint(seen, good)) return { kind: 'FOLLOWED', isApproved: false };
  if (isSamePoint(seen, approved)) return { kind: 'FOLLOWED', isApproved: true };
  const grown = growthFrom(good, seen, ancestry.fromGood);
  if (grown === 'YES') return { kind: 'FOLLOWED', isApproved: false };
  const grownFromApproved = growthFrom(approved, seen, ancestry.fromApproved);
  if (grownFromApproved === 'YES') return { kind: 'FOLLOWED', isApproved: true };
  if (grown === 'UNKNOWN' || grownFromApproved === 'UNKNOWN') return { kind: 'UNDECIDED' };
  return { kind: 'REWRITTEN', rewrite: kindOf(good, seen) };
}

export function isSamePoint(a: RefPoint | undefined, b: RefPoint | undefined): boolean {
  return a !== undefined && b !== undefined && a.fullRef === b.fullRef && a.commit === b.commit;
}

/** A tag does not grow, and nothing grows into a ref of another full name. */
function growthFrom(from: RefPoint | undefined, seen: RefPoint, ancestry: Ancestry): Ancestry {
  return from === undefined || from.fullRef !== seen.fullRef || seen.fullRef.startsWith(TAGS) ? 'NO' : ancestry;
}

function kindOf(good: RefPoint, seen: RefPoint): RewriteKind {
  if (good.fullRef !== seen.fullRef) return 'RENAMED';
  return seen.fullRef.startsWith(TAGS) ? 'TAG_MOVED' : 'DIVERGED';
}
