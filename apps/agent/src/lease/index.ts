export { LeaseKeeper, type HeldLease, type LeaseDeps, type LeaseSettings } from './lease-keeper.js';
