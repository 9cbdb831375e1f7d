export { InitialSchema1732233600000 } from './1732233600000-initial-schema.js';
export { LinesOfHistory1764115200000 } from './1764115200000-lines-of-history.js';
export { ProjectPolicy1764201600000 } from './1764201600000-project-policy.js';
export { RegistriesAndChartRepositories1764205200000 } from './1764205200000-registries-and-chart-repositories.js';
export { FurtherSources1764208800000 } from './1764208800000-further-sources.js';
export { RefusedOrders1764212400000 } from './1764212400000-refused-orders.js';
export { StagedRollouts1764216000000 } from './1764216000000-staged-rollouts.js';
export { GateChecks1764219600000 } from './1764219600000-gate-checks.js';
