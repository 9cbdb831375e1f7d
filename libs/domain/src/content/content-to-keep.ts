/** Rendered content of a target that is stored in its cluster. */
export interface ContentRecord {
  readonly key: string;
  /** When the target was last healthy with it; undefined: never. */
  readonly healthyAt: Date | undefined;
}

/** The last healthy content and two before it: as far back as a cluster can go without hub and Git. */
const HEALTHY_KEPT = 3;

/**
 * What stays stored: the assigned content and the three that were healthy last. Everything else may go, and only then.
 *
 * @param assigned keys in use: of the order that is held, and of what is applied while they differ
 * @returns `keep` and `drop`, both in the order of `records`
 */
export function contentToKeep(records: readonly ContentRecord[], assigned: readonly string[]): { readonly keep: readonly ContentRecord[]; readonly drop: readonly ContentRecord[] } {
  const healthy = records
    .filter((record) => record.healthyAt !== undefined)
    .toSorted((a, b) => (b.healthyAt?.getTime() ?? 0) - (a.healthyAt?.getTime() ?? 0) || (a.key < b.key ? -1 : 1))
    .slice(0, HEALTHY_KEPT);
  const isKept = (record: ContentRecord): boolean => assigned.includes(record.key) || healthy.includes(record);
  return { keep: records.filter(isKept), drop: records.filter((record) => !isKept(record)) };
}
