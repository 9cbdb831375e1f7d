import { parseArgs } from 'node:util';

export interface DemoOptions {
  /** Exit after the story, with 0 only if every step happened as told. */
  readonly once: boolean;
  readonly help: boolean;
}

export const USAGE = `npm run demo -- [--once]

Starts PostgreSQL, a Git server, a hub and five clusters (in-memory Kubernetes) with an agent each, tells the story of a
commit, and stays up for you to play with. Ctrl-C ends everything.

  --once   exit after the story; non-zero if any step did not happen as told
`;

/** @throws TypeError on an option that does not exist. */
export function readOptions(argv: readonly string[]): DemoOptions {
  const { values } = parseArgs({ args: [...argv], options: { once: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } } });
  return { once: values.once, help: values.help };
}
