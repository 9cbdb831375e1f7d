/** Columns as kubectl prints them: upper-case headers, three blanks between, none at the end of a line; nothing at all without rows. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[], withHeaders = true): string {
  if (rows.length === 0) return '';
  const all = withHeaders ? [headers.map((header) => header.toUpperCase()), ...rows] : rows;
  const widths = headers.map((_, column) => Math.max(0, ...all.map((row) => [...(row[column] ?? '')].length)));
  return all.map((row) => `${row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))).join('   ').trimEnd()}\n`).join('');
}
