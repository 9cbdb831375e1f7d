import type { RemovalContext } from '../hooks/remove-hook-objects.js';

/** What runs of tests work with: what removes their objects. */
export type TestContext = RemovalContext;
