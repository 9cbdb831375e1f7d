import { printable } from './printable.js';

/** Columns as kubectl prints them: upper-case headers, three blanks between, none at the end of a line; nothing at all without rows. What a cell holds stays in its line, and commands no terminal. */
export function formatTable(headers: readonly string[], rows: readonly (readonly string[])[], withHeaders = true): string {
  if (rows.length === 0) return '';
  const cells = rows.map((row) => row.map((cell) => printable(cell).replace(/\s*[\n\t]\s*/g, ' ')));
  const all = withHeaders ? [headers.map((header) => header.toUpperCase()), ...cells] : cells;
  const widths = headers.map((_, column) => Math.max(0, ...all.map((row) => [...(row[column] ?? '')].length)));
  return all.map((row) => `${row.map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length))).join('   ').trimEnd()}\n`).join('');
}
