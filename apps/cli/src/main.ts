import { systemClock, systemMonotonic, systemTimers } from '#runtime';
import { CommanderError } from 'commander';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { CliError, usage } from './cli-error.js';
import { canDrawOn, readConfig } from './config.js';
import type { CommandContext } from './context.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { HubClient } from './hub/hub-client.js';
import { formatError } from './output/format-error.js';
import { capstanProgram } from './program.js';
import { VERSION } from './version.js';

async function main(argv: readonly string[]): Promise<ExitCode> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new CliError(EXIT.INTERRUPTED, 'interrupted')));
  // `capstan get targets | head`: the reader has seen enough, which is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.OK : EXIT.ERROR));
  try {
    await capstanProgram(contextOf(interrupted.signal), VERSION).parseAsync([...argv], { from: 'user' });
    return EXIT.OK;
  } catch (error) {
    return report(interrupted.signal.aborted ? interrupted.signal.reason : error);
  }
}

function contextOf(signal: AbortSignal): CommandContext {
  const isAttended = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    hub: new HubClient(() => readConfig()),
    out: (line) => void process.stdout.write(line),
    err: (line) => void process.stderr.write(line),
    clock: systemClock,
    timers: systemTimers,
    monotonic: systemMonotonic,
    signal,
    readInput,
    terminal: process.stdout.isTTY === true && canDrawOn() ? { size: () => ({ columns: process.stdout.columns, rows: process.stdout.rows }), write: (text) => void process.stdout.write(text) } : undefined,
    ask: isAttended ? (question) => ask(question, signal) : undefined,
  };
}

async function readInput(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw usage(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function ask(question: string, signal: AbortSignal): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return await terminal.question(question, { signal });
  } finally {
    terminal.close();
  }
}

function report(error: unknown): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE; // commander has printed it
  if (error instanceof CliError) {
    process.stderr.write(formatError(error));
    return error.exitCode;
  }
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return EXIT.ERROR;
}

process.exitCode = await main(process.argv.slice(2));
