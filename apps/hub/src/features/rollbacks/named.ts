/** How many are named in a sentence. */
export const NAMED = 5;

/** The first of them by name, and how many more there are. */
export function named(targets: readonly string[], total: number): string {
  const rest = total - Math.min(NAMED, targets.length);
  return `${targets.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
