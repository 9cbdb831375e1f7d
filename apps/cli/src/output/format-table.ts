/** Columns as kubectl prints them: upper-case headers, two spaces and more between, no trailing blanks. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[], withHeaders = true): string {
  const all = withHeaders ? [headers.map((header) => header.toUpperCase()), ...rows] : rows;
  const widths = headers.map((_, column) => Math.max(0, ...all.map((row) => [...(row[column] ?? '')].length)));
  return all.map((row) => `${row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))).join('   ').trimEnd()}\n`).join('');
}
