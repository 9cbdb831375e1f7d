export { cacheKeyOf, forgetStaleCopies } from './git-copies.js';
export { GitEgress } from './git-egress.js';
export { SourcesModule } from './sources.module.js';
