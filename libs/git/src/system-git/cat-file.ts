import { err, ok, type Result, type Timers } from '#kernel';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import type { ObjectReadFailure, RawObject } from '../object-store.js';

export interface CatFileSettings {
  readonly gitBinary: string;
  readonly gitDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly timers: Timers;
  /** A batch without an answer for so long ends the process. */
  readonly timeoutMs: number;
  /** Without work for so long the process is let go. */
  readonly idleMs: number;
  /** Objects, and batches, past this many bytes are refused. */
  readonly maxBytes: number;
}

export type CatFileRead = Result<readonly (RawObject | { readonly missing: string })[], Exclude<ObjectReadFailure, { code: 'OBJECT_MISSING' }>>;

/**
 * One `git cat-file --batch` that is started when needed and let go when idle. One batch at a time: the caller queues. Whatever
 * goes wrong in the middle ends the process, so that an answer is never taken for the answer to another question.
 */
export class CatFile {
  private child: ChildProcessWithoutNullStreams | undefined;
  private idle: { cancel(): void } | undefined;

  constructor(private readonly settings: CatFileSettings) {}

  async read(ids: readonly string[], signal?: AbortSignal): Promise<CatFileRead> {
    this.idle?.cancel();
    const child = (this.child ??= this.start());
    const { promise, resolve } = Promise.withResolvers<CatFileRead>();
    const fail = (cause: string): void => resolve(err({ code: 'OBJECTS_UNAVAILABLE', cause }));
    const answer = new BatchAnswer(ids, this.settings.maxBytes, resolve);
    const timer = this.settings.timers.after(this.settings.timeoutMs, () => fail('reading objects timed out'));
    const onAbort = (): void => fail('reading objects was given up');
    const onData = (chunk: Buffer): void => answer.take(chunk);
    const onEnd = (): void => resolve(err({ code: 'OBJECTS_DAMAGED', cause: 'git cat-file ended early: the copy is damaged or gone' }));
    signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout.on('data', onData);
    child.once('error', onEnd).once('close', onEnd);
    if (signal?.aborted) onAbort();
    else child.stdin.write(`${ids.join('\n')}\n`);
    const result = await promise;
    timer.cancel();
    signal?.removeEventListener('abort', onAbort);
    child.stdout.off('data', onData);
    child.off('error', onEnd).off('close', onEnd);
    if (result.ok) this.idle = this.settings.timers.after(this.settings.idleMs, () => this.stop());
    else this.stop();
    return result;
  }

  stop(): void {
    this.idle?.cancel();
    const child = this.child;
    this.child = undefined;
    child?.kill('SIGKILL');
  }

  private start(): ChildProcessWithoutNullStreams {
    const child = spawn(this.settings.gitBinary, [`--git-dir=${this.settings.gitDirectory}`, 'cat-file', '--batch'], { env: { ...this.settings.env }, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.resume();
    child.stdin.on('error', () => undefined); // its end tells
    child.on('error', () => undefined); // without a listener at the time of the failure it would be thrown
    child.once('close', () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }
}

/** Reads `<id> <type> <size>\n<bytes>\n` or `<id> missing\n` for each id asked, in order. */
class BatchAnswer {
  private readonly objects: (RawObject | { readonly missing: string })[] = [];
  private chunks: Buffer[] = [];
  private buffered = 0;
  private total = 0;
  private head: { readonly type: string; readonly size: number } | undefined;

  constructor(
    private readonly ids: readonly string[],
    private readonly maxBytes: number,
    private readonly done: (result: CatFileRead) => void,
  ) {}

  take(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    while (this.objects.length < this.ids.length && this.step()) if (this.objects.length === this.ids.length) this.done(ok(this.objects));
  }

  private step(): boolean {
    const id = this.ids[this.objects.length] ?? '';
    if (this.head === undefined) {
      const buffer = this.joined();
      const newline = buffer.indexOf('\n');
      if (newline === -1) return false;
      const [, type = '', size] = buffer.toString('latin1', 0, newline).split(' ');
      this.keep(buffer.subarray(newline + 1));
      if (size === undefined) {
        if (type === 'missing') this.objects.push({ missing: id });
        else this.done(err({ code: 'OBJECTS_UNAVAILABLE', cause: `git cat-file answered ${type.slice(0, 40)}` }));
        return type === 'missing';
      }
      this.head = { type, size: Number(size) };
      this.total += this.head.size;
      if (this.total > this.maxBytes) {
        this.done(err({ code: 'OBJECT_TOO_LARGE', id, maxBytes: this.maxBytes }));
        return false;
      }
    }
    const { type, size } = this.head;
    if (this.buffered < size + 1) return false; // chunks are joined once, when all of it is here
    const buffer = this.joined();
    this.objects.push({ type, bytes: Buffer.from(buffer.subarray(0, size)) });
    this.keep(buffer.subarray(size + 1));
    this.head = undefined;
    return true;
  }

  private joined(): Buffer {
    const [only] = this.chunks;
    const buffer = this.chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.chunks);
    this.chunks = [buffer];
    return buffer;
  }

  private keep(rest: Buffer): void {
    this.chunks = [rest];
    this.buffered = rest.length;
  }
}
