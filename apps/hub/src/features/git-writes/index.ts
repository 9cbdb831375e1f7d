export { GitWriteModule, GitWritesModule } from './git-writes.module.js';
export { Reverts, type RevertToOwe } from './reverts.js';
