/** What was measured of one set. */
export interface Row {
  readonly name: string;
  readonly version: string;
  readonly objects: number;
  /** Its largest CustomResourceDefinition, as JSON. */
  readonly largestKb: number;
  readonly seconds: number;
  /** Of the agent and what it starts. */
  readonly peakMb: number;
  readonly secondWrites: number;
}

/** As rows of a table of docs/benchmarks.md. */
export function printRows(rows: readonly Row[]): string {
  const lines = rows.map(({ name, version, objects, largestKb, seconds, peakMb, secondWrites }) => `| ${name} ${version} | ${objects} | ${largestKb} KB | ${seconds.toFixed(1)} s | ${Math.round(peakMb)} MB | ${secondWrites} |`);
  const sum = rows.reduce((total, { objects }) => total + objects, 0);
  return ['| set | objects | largest definition | commit known -> synced | agent, most memory | writes of the second pass |', '|---|---|---|---|---|---|', ...lines, `| all | ${sum} | | | | |`].join('\n');
}
