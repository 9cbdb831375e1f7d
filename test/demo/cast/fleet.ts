/** The five clusters of the demo. */
export const FLEET = [
  { name: 'dev', labels: { env: 'dev', region: 'eu' } },
  { name: 'staging', labels: { env: 'staging', region: 'eu' } },
  { name: 'prod-eu', labels: { env: 'prod', region: 'eu' } },
  { name: 'prod-us', labels: { env: 'prod', region: 'us' } },
  { name: 'prod-ap', labels: { env: 'prod', region: 'ap' } },
] as const;

export const PRODUCTION = FLEET.filter((cluster) => cluster.labels.env === 'prod').map((cluster) => cluster.name);
