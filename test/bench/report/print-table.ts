import type { Figure } from '../benchmark.js';
import { meetsGoal, summarise } from './summarise.js';
import type { Report } from './report.js';

const HEADINGS = ['', 'unit', 'median', 'min', 'max', 'p99', 'n', 'goal'] as const;

export function printTable({ benchmark, result, machine, loadAfter, seconds }: Report): string {
  const rows = [HEADINGS, ...result.figures.map(rowOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => row.map((cell, column) => (column === 0 || column === row.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ').trimEnd();
  const [head, ...body] = rows.map(line);
  const parameters = Object.entries(result.parameters).map(([name, value]) => `${name} ${value}`).join(', ');
  return [
    '', `${benchmark}: ${parameters}`, '', head, '-'.repeat(Math.max(...rows.map((row) => line(row).length))), ...body, '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB; Linux ${machine.kernel}, Node ${machine.node}; load ${machine.load} before, ${loadAfter} after; ${seconds} s in all`,
    ...result.notes.map((note) => `* ${note}`), '',
  ].join('\n');
}

function rowOf(figure: Figure): readonly string[] {
  const { median, min, max, p99 } = summarise(figure.values);
  const { goal } = figure;
  const said = goal === undefined ? '' : `${meetsGoal(figure) === true ? 'met' : 'MISSED'}: goal ${goal.number}, ${goal.statistic} <= ${goal.atMost}`;
  return [figure.name, figure.unit, ...[median, min, max, p99].map((value) => format(value, figure.unit)), String(figure.values.length), said];
}

function format(value: number, unit: Figure['unit']): string {
  return value.toFixed(unit === 'count' || (unit === 'ms' && value >= 100) ? 0 : unit === 'CPU s' || unit === 'times' ? 2 : 1);
}
