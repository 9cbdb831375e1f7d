import { ProcessTalk } from '#runtime';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jail } from '../jail.js';
import type { RenderLimits } from '../renderer.js';
import { MAX_WORD_BYTES } from './render-protocol.js';

/** Questions of one render, in bytes. */
const MAX_QUESTIONS_BYTES = 64 * 1024 * 1024;

/** A third less memory for ten thousand objects, in the same time: a young generation that is kept small, and no threads of V8 beside it. */
const SMALL_HEAP = ['--single-threaded', '--optimize-for-size', '--max-semi-space-size=2'];

/** One process that renders once, and its private directory. */
export interface RenderSeat {
  readonly talk: ProcessTalk;
  readonly directory: string;
  /** Ends the process with all that it started, waits for that, and removes the directory. */
  close(): Promise<void>;
}

/** @param entry the program of the process: one file that needs no other */
export async function openRenderSeat(jail: Jail, entry: string, workDirectory: string, limits: RenderLimits): Promise<RenderSeat> {
  const directory = await mkdtemp(join(workDirectory, 'render-')); // mode 0700
  const [file = '', ...args] = jail.command([
    ...SMALL_HEAP, '--permission', `--allow-fs-read=${entry}`, `--allow-fs-read=${directory}`, `--allow-fs-write=${directory}`, '--allow-child-process', '--no-warnings',
    '--disallow-code-generation-from-strings', `--max-old-space-size=${Math.floor(limits.memoryBytes / 2 / 1024 / 1024)}`, entry,
  ]);
  const talk = new ProcessTalk({ file, args, cwd: directory, env: {}, maxFrameBytes: limits.maxBytes + MAX_WORD_BYTES, maxBytes: limits.maxBytes + MAX_QUESTIONS_BYTES });
  return {
    talk,
    directory,
    close: async () => {
      talk.kill();
      await talk.ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
