import { isGuardedKind } from '../prune/prune-guard.js';
import { hookObjectsOf } from './hook-ledger.js';
import type { HookLedger, HookLeftover } from './hook-ledger.types.js';
import { runsToAnEnd } from './judge-hook.js';

/** Leftovers that may go once a newer release is there: what has run to its end. What others may use stays until the target goes. */
export function endedLeftovers(leftovers: readonly HookLeftover[]): readonly HookLeftover[] {
  return leftovers.filter(({ ref }) => runsToAnEnd(ref));
}

/** Leftovers that go with the target; kinds that hold data or other objects stay, as they would wait for an approval that nobody is asked for. */
export function removableHookObjects(ledger: HookLedger | undefined): readonly HookLeftover[] {
  return hookObjectsOf(ledger).filter(({ ref }) => !isGuardedKind(ref));
}
