import { didYouMean } from '#kernel';
import { stringify } from 'yaml';
import { usage } from '../cli-error.js';
import { formatTable } from './format-table.js';

export const OUTPUTS = ['table', 'wide', 'json', 'yaml', 'name'] as const;
export type Output = (typeof OUTPUTS)[number];

/** @throws CliError for an output that does not exist, naming those that do. */
export function parseOutput(text: string): Output {
  const output = OUTPUTS.find((known) => known === text);
  if (output === undefined) throw usage(`unknown output: ${text}`, didYouMean(text, OUTPUTS, `The outputs are ${OUTPUTS.join(', ')}.`));
  return output;
}

/** How one kind of thing is shown in rows. */
export interface Columns<T> {
  readonly headers: readonly string[];
  readonly wideHeaders: readonly string[];
  readonly row: (node: T) => readonly string[];
  readonly wideRow: (node: T) => readonly string[];
  readonly name: (node: T) => string;
}

/** Text of a list: a table for people, `{items: [...]}` with the API's field names for programs. */
export function formatNodes<T>(nodes: readonly T[], columns: Columns<T>, output: Output, withHeaders = true): string {
  switch (output) {
    case 'json':
      return `${JSON.stringify({ items: nodes }, null, 2)}\n`;
    case 'yaml':
      return stringify({ items: nodes });
    case 'name':
      return nodes.map((node) => `${columns.name(node)}\n`).join('');
    case 'wide':
      return formatTable([...columns.headers, ...columns.wideHeaders], nodes.map((node) => [...columns.row(node), ...columns.wideRow(node)]), withHeaders);
    case 'table':
      return formatTable(columns.headers, nodes.map((node) => columns.row(node)), withHeaders);
  }
}
