export interface KillChoice {
  readonly seed: number;
  readonly kills: number;
  readonly clusters: number;
}

/** On every change: a few deaths over a small fleet, of a seed that has them inside of transactions, a release that rolls itself back and one that people take back. */
export const SHORT: KillChoice = { seed: 24_221, kills: 6, clusters: 20 };
/** What a release must stand. */
export const LONG: KillChoice = { seed: 7_000, kills: 200, clusters: 100 };

/** How often the hub dies, over how large a fleet: a little; with CAPSTAN_TEST_LONG=1 a lot; CAPSTAN_KILLS, CAPSTAN_KILL_SEED and CAPSTAN_KILL_CLUSTERS say it one by one. */
export function chooseKills(env: Readonly<Record<string, string | undefined>>): KillChoice {
  const given = wholeNumber(env, 'CAPSTAN_KILLS');
  const base = env['CAPSTAN_TEST_LONG'] === '1' || (given ?? 0) >= LONG.kills ? LONG : SHORT;
  return { seed: wholeNumber(env, 'CAPSTAN_KILL_SEED') ?? base.seed, kills: given ?? base.kills, clusters: wholeNumber(env, 'CAPSTAN_KILL_CLUSTERS') ?? base.clusters };
}

function wholeNumber(env: Readonly<Record<string, string | undefined>>, name: string): number | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} is a whole number from 1 on, not ${JSON.stringify(text)}`);
  return value;
}
