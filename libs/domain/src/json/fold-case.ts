/** The spelling under which Go's JSON decoder takes a member name for a field: case does not count, nor do the long s and the Kelvin sign. */
export function foldCase(text: string): string {
  return text.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
}
