import { meetsGoal, summarise } from './summarise.js';
import type { Report } from './report.js';

/** The same as the table, with every single value. */
export function toJson({ benchmark, result, machine, loadAfter, seconds }: Report): object {
  const { figures, parameters, notes } = result;
  return {
    benchmark, machine: { ...machine, loadAfter }, seconds, parameters, notes,
    figures: figures.map((figure) => ({ name: figure.name, unit: figure.unit, ...summarise(figure.values), values: figure.values, goal: figure.goal ?? null, meetsGoal: meetsGoal(figure) ?? null })),
  };
}
