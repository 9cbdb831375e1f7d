import type { RefPoint, RewriteKind } from '#domain';

/** A ref that left the history that is followed, as screens show it. */
export interface HistoryRewriteView {
  readonly ref: string;
  readonly kind: RewriteKind;
  readonly from: RefPoint;
  /** undefined: it is gone. */
  readonly to: RefPoint | undefined;
  readonly since: Date;
  /** When the move to `to` was approved; undefined: it was not. */
  readonly approvedAt: Date | undefined;
}

export interface HistoryRewriteRow {
  readonly ref: string;
  readonly rewrite: RewriteKind | null;
  readonly good_full_ref: string | null;
  readonly good_commit: string | null;
  readonly rewritten_full_ref: string | null;
  readonly rewritten_commit: string | null;
  readonly rewritten_at: Date | null;
  readonly approved_full_ref: string | null;
  readonly approved_commit: string | null;
  readonly approved_at: Date | null;
}

/** The columns of a row `k` of repository_refs that `toHistoryRewriteView` reads. */
export const REWRITE_COLUMNS = `
  k.ref, k.rewrite, k.good_full_ref, k.good_commit, k.rewritten_full_ref, k.rewritten_commit, k.rewritten_at, k.approved_full_ref, k.approved_commit, k.approved_at`;

/** Undefined for a ref that is in order. */
export function toHistoryRewriteView(row: HistoryRewriteRow): HistoryRewriteView | undefined {
  const from = pointOf(row.good_full_ref, row.good_commit);
  if (row.rewrite === null || row.rewritten_at === null || from === undefined) return undefined;
  const to = pointOf(row.rewritten_full_ref, row.rewritten_commit);
  const isApproved = to !== undefined && row.approved_full_ref === to.fullRef && row.approved_commit === to.commit;
  return { ref: row.ref, kind: row.rewrite, from, to, since: row.rewritten_at, approvedAt: isApproved ? (row.approved_at ?? undefined) : undefined };
}

function pointOf(fullRef: string | null, commit: string | null): RefPoint | undefined {
  return fullRef === null || commit === null ? undefined : { fullRef, commit };
}
