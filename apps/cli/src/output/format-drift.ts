/** A drifted object as the API tells it. */
export interface DriftNode {
  readonly fields?: readonly string[];
  readonly changes?: readonly { readonly path: string; readonly manager: string | null; readonly expected: string | null; readonly live: string | null; readonly isMasked: boolean; readonly isTruncated: boolean }[];
}

/**
 * The changes of a drifted object as a small diff: the field and who holds it, `-` what was applied, `+` what is there. An object whose values
 * are not told keeps its list of fields.
 */
export function withDiff<T extends DriftNode>({ changes, fields, ...rest }: T): Omit<T, 'changes' | 'fields'> & { readonly fields?: readonly string[]; readonly diff?: string } {
  if (changes === undefined || changes.length === 0) return { ...rest, ...(fields === undefined ? {} : { fields }) };
  const lines = changes.flatMap(({ path, manager, expected, live, isMasked, isTruncated }) => [
    `${path}${manager === null ? '' : `  (${manager})`}${isMasked ? '  [masked]' : ''}${isTruncated ? '  [cut]' : ''}`,
    ...(expected === null ? [] : [`- ${expected}`]),
    ...(live === null ? [] : [`+ ${live}`]),
  ]);
  return { ...rest, diff: `${lines.join('\n')}\n` };
}
