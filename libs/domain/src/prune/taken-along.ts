/** How many objects go with one that is removed, beside those that the same plan names; UNKNOWN: they could not be counted. */
export type TakenAlong = number | 'UNKNOWN';

/** What an approval covers of the objects that go along: as many as were shown, or fewer. What could not be counted was approved as such. */
export function isWithinShown(now: TakenAlong, shown: TakenAlong): boolean {
  if (shown === 'UNKNOWN') return true;
  return now !== 'UNKNOWN' && now <= shown;
}
