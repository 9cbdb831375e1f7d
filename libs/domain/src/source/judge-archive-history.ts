import { isLowerVersion } from './choose-version.js';
import { isSamePoint, type HistoryVerdict, type RefLine, type RefPoint } from './judge-history.js';

const VERSION = 'version/';

/** The full ref of a version, a tag or a digest of a registry or chart repository. A version is one thing for ever, a tag may move. */
export function archiveFullRef(kind: 'version' | 'tag' | 'digest', name: string): string {
  return `${kind}/${name}`;
}

/**
 * Judges whether a wish goes on from where it was followed. A tag moves as its owner pleases, and a range goes on to a higher version. A version whose
 * content changed, a range that fell back to a lower version and what is gone are held until a person approves of exactly this move. Pure.
 *
 * @param seen from a complete answer; undefined: nothing fits the wish
 */
export function judgeArchiveHistory({ good, approved }: RefLine, seen: RefPoint | undefined): HistoryVerdict {
  if (good === undefined) return seen === undefined ? { kind: 'ABSENT' } : { kind: 'FOLLOWED', isApproved: false };
  if (seen === undefined) return { kind: 'REWRITTEN', rewrite: 'DELETED' };
  if (isSamePoint(seen, good)) return { kind: 'FOLLOWED', isApproved: false };
  if (isSamePoint(seen, approved)) return { kind: 'FOLLOWED', isApproved: true };
  const [before, now] = [versionOf(good), versionOf(seen)];
  if (before === undefined || now === undefined) return good.fullRef === seen.fullRef ? { kind: 'FOLLOWED', isApproved: false } : { kind: 'REWRITTEN', rewrite: 'RENAMED' };
  if (before === now) return { kind: 'REWRITTEN', rewrite: 'TAG_MOVED' };
  return isLowerVersion(now, before) ? { kind: 'REWRITTEN', rewrite: 'DELETED' } : { kind: 'FOLLOWED', isApproved: false };
}

function versionOf({ fullRef }: RefPoint): string | undefined {
  return fullRef.startsWith(VERSION) ? fullRef.slice(VERSION.length) : undefined;
}
