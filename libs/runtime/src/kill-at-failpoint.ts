import type { Failpoints } from '#kernel';

/** Where a process dies, and at which time that it comes by. */
export interface DeadlyFailpoint {
  readonly name: string;
  readonly hit: number;
}

/**
 * Failpoints that end this very process by SIGKILL, as a lost node would: nothing is flushed, released or said.
 * @throws RangeError for a name that no code ever hits: a test with a typo would pass for the wrong reason
 */
export function killAtFailpoint({ name, hit: wanted }: DeadlyFailpoint, known: readonly string[]): Failpoints {
  if (!known.includes(name)) throw new RangeError(`no failpoint ${name}; there are ${known.join(', ')}`);
  let hits = 0;
  return {
    async hit(here) {
      if (here !== name) return;
      hits += 1;
      if (hits !== wanted) return;
      process.kill(process.pid, 'SIGKILL');
      await new Promise(() => undefined); // the signal takes a moment: nothing may happen in it
    },
  };
}
