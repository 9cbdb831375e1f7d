export interface Part {
  readonly name: string;
  readonly labels: { readonly env: 'dev' | 'staging' | 'prod'; readonly region: string };
}

const DEV: Part = { name: 'dev', labels: { env: 'dev', region: 'eu' } };
const STAGING: Part = { name: 'staging', labels: { env: 'staging', region: 'eu' } };
/** The cluster that somebody edits by hand: it is in every fleet. */
export const PROD_EU: Part = { name: 'prod-eu', labels: { env: 'prod', region: 'eu' } };
const PROD_US: Part = { name: 'prod-us', labels: { env: 'prod', region: 'us' } };
const PROD_AP: Part = { name: 'prod-ap', labels: { env: 'prod', region: 'ap' } };

const FLEETS: readonly (readonly Part[])[] = [
  [PROD_EU],
  [DEV, PROD_EU],
  [DEV, STAGING, PROD_EU],
  [DEV, STAGING, PROD_EU, PROD_US],
  [DEV, STAGING, PROD_EU, PROD_US, PROD_AP],
];
export const MAX_CLUSTERS = FLEETS.length;

/** The parts that so many clusters play. */
export function fleetOf(count: number): readonly Part[] {
  const fleet = FLEETS[count - 1];
  if (fleet === undefined) throw new Error(`there is no fleet of ${count}`);
  return fleet;
}

/** `five clusters`, `one cluster`. */
export function counted(count: number, noun: string): string {
  const word = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'][count] ?? String(count);
  return `${word} ${noun}${count === 1 ? '' : 's'}`;
}
