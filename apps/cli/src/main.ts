import { systemClock, systemMonotonic, systemTimers } from '#runtime';
import { CommanderError } from 'commander';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CliError, usage } from './cli-error.js';
import { readConfig } from './config.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { HubClient } from './hub/hub-client.js';
import { capstanProgram } from './program.js';

const VERSION = '0.1.0';

async function main(argv: readonly string[]): Promise<ExitCode> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new CliError(EXIT.INTERRUPTED, 'interrupted')));
  try {
    const config = readConfig(process.stdout.isTTY === true);
    const context: CommandContext = {
      config,
      hub: new HubClient(config),
      out: (line) => void process.stdout.write(line),
      err: (line) => void process.stderr.write(line),
      clock: systemClock,
      timers: systemTimers,
      monotonic: systemMonotonic,
      signal: interrupted.signal,
      readInput,
    };
    await capstanProgram(context, VERSION).parseAsync([...argv], { from: 'user' });
    return EXIT.OK;
  } catch (error) {
    return report(interrupted.signal.aborted ? interrupted.signal.reason : error);
  }
}

async function readInput(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usage(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE; // commander has printed it
  if (error instanceof CliError) {
    const lines = [`error: ${error.message}`, ...(error.why === undefined ? [] : [`  why: ${error.why}`]), ...(error.next === undefined ? [] : [`  next: ${error.next}`])];
    process.stderr.write(`${lines.join('\n')}\n`);
    return error.exitCode;
  }
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.ERROR;
}

process.exitCode = await main(process.argv.slice(2));
