/**
 * Always these, on every change. Three have found something once: 1000 half-open connections to PostgreSQL, 1004 a look-up into a blackhole, 1020
 * half-open connections to an API server.
 */
export const SEEDS: readonly number[] = [1, 2, 1_000, 1_004, 1_020];
const LONG_COUNT = 100;
const LONG_FIRST = 2_000;

/**
 * Which schedules to run: five that never change; with CAPSTAN_TEST_LONG=1, CAPSTAN_FAULT_SCHEDULES or CAPSTAN_FAULT_SEED as many as asked for, seed
 * after seed, so that a run which ended early goes on from the last seed it printed.
 */
export function chooseSeeds(env: Readonly<Record<string, string | undefined>>): readonly number[] {
  const [count, first] = [env['CAPSTAN_FAULT_SCHEDULES'], env['CAPSTAN_FAULT_SEED']].map((text) => wholeNumber(text));
  if (count === undefined && first === undefined && env['CAPSTAN_TEST_LONG'] !== '1') return SEEDS;
  const from = first ?? LONG_FIRST;
  const many = count ?? (first === undefined ? LONG_COUNT : 1);
  return Array.from({ length: many }, (_, index) => from + index);
}

function wholeNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`CAPSTAN_FAULT_SCHEDULES and CAPSTAN_FAULT_SEED are whole numbers from 1 on, not ${JSON.stringify(text)}`);
  return value;
}
