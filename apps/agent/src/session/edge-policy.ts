import { ok } from '#kernel';
import type { EdgePolicy } from './session.ports.js';

/** No policy at the edge: every order that passed all other checks is taken. */
export const openEdgePolicy: EdgePolicy = { judge: () => ok(undefined) };
