import { systemClock, systemMonotonic, systemTimers } from '#runtime';
import { HubClient } from '../src/hub/hub-client.js';
import { capstanProgram } from '../src/program.js';

/** What a command wrote. */
export interface CliAnswer {
  readonly out: string;
  readonly err: string;
}

/** Runs one command line in this process, as a script would. @param input what `-` reads */
export async function runCapstan(server: string, token: string, words: readonly string[], input = ''): Promise<CliAnswer> {
  let out = '';
  let err = '';
  const program = capstanProgram({
    hub: new HubClient(() => ({ server, token })), out: (text) => void (out += text), err: (text) => void (err += text), clock: systemClock, timers: systemTimers, monotonic: systemMonotonic,
    signal: new AbortController().signal, readInput: () => Promise.resolve(input), ask: undefined, terminal: undefined,
  }, '0.0.0');
  await program.parseAsync([...words], { from: 'user' });
  return { out, err };
}
