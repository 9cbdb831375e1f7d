const MAX_DISTANCE = 3;

/** The known word that was probably meant, or undefined when none is near enough to be worth saying. */
export function suggest(typed: string, known: readonly string[]): string | undefined {
  const [best] = known
    .filter((word) => Math.abs(word.length - typed.length) <= MAX_DISTANCE) // no less apart than that; who types a book is not to cost one for each word
    .map((word) => ({ word, distance: editDistance(typed.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, distance }) => distance <= Math.min(MAX_DISTANCE, Math.floor(Math.max(word.length, typed.length) / 2)))
    .toSorted((a, b) => a.distance - b.distance);
  return best?.word;
}

/** `Did you mean X? ` before `otherwise`, or `otherwise` alone. */
export function didYouMean(typed: string, known: readonly string[], otherwise: string): string {
  const word = suggest(typed, known);
  return word === undefined ? otherwise : `Did you mean ${word}? ${otherwise}`;
}

/** Levenshtein's distance with swaps of neighbours as one step. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1), isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY));
    }
  }
  return at(a.length, b.length);
}
