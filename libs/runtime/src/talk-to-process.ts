import { spawn, type ChildProcess } from 'node:child_process';
import { FrameReader, frameHeader } from './frames.js';
import { killGroup } from './run-process.js';

/** A program that is spoken to in frames over its standard input and output. */
export interface TalkRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly maxFrameBytes: number;
  /** Of all that it says; more ends it. */
  readonly maxBytes: number;
}

export interface TalkEnding {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** It never ran. */
  readonly isNotStarted: boolean;
  /** What it was ended for: it said more than it may in all, or what is no frame of a length that is allowed. */
  readonly offence: 'TOO_MUCH' | 'NO_FRAME' | undefined;
  /** The beginning of its standard error. It may quote what the program was given: for no log. */
  readonly stderr: string;
}

const STDERR_BYTES = 16 * 1024;

/** One conversation with one process, which leads a process group of its own: whatever ends it, the whole group is killed. */
export class ProcessTalk {
  /** What it says, frame by frame. Set it before the next turn of the event loop; a throw in it is the caller's own fault. */
  onFrame: (frame: Buffer) => void = () => undefined;
  readonly ended: Promise<TalkEnding>;
  private readonly child: ChildProcess;
  private offence: TalkEnding['offence'];
  private hasEnded = false;
  private said = 0;

  constructor(request: TalkRequest) {
    this.child = spawn(request.file, [...request.args], { cwd: request.cwd, env: { ...request.env }, stdio: ['pipe', 'pipe', 'pipe'], detached: true, windowsHide: true });
    const reader = new FrameReader(request.maxFrameBytes);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      if (this.offence !== undefined) return;
      this.said += chunk.length;
      const frames = this.said > request.maxBytes ? undefined : reader.push(chunk);
      if (frames === undefined) {
        this.offence = this.said > request.maxBytes ? 'TOO_MUCH' : 'NO_FRAME';
        this.kill();
      } else for (const frame of frames) this.onFrame(frame);
    });
    let stderr = '';
    this.child.stderr?.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString('utf8').slice(0, STDERR_BYTES - stderr.length);
    });
    this.child.stdin?.on('error', () => undefined); // it may stop reading early; how it ends tells
    this.ended = new Promise((resolve) => {
      const end = (exitCode: number | null, signal: string | null, isNotStarted: boolean): void => {
        this.hasEnded = true;
        resolve({ exitCode, signal, isNotStarted, offence: this.offence, stderr });
      };
      this.child.once('error', () => {
        if (this.child.pid === undefined) end(null, null, true);
      });
      this.child.once('exit', () => killGroup(this.child.pid)); // what it started does not outlive it, and would keep its pipes open
      this.child.once('close', (exitCode, signal) => end(exitCode, signal, false));
    });
  }

  get isOver(): boolean {
    return this.hasEnded || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** What cannot be delivered any more is dropped: how the process ends tells. */
  send(...frames: readonly Uint8Array[]): void {
    if (this.child.stdin?.writable !== true) return;
    this.child.stdin.cork();
    for (const frame of frames) {
      this.child.stdin.write(frameHeader(frame.byteLength));
      this.child.stdin.write(frame);
    }
    this.child.stdin.uncork();
  }

  kill(): void {
    if (!this.isOver) killGroup(this.child.pid);
  }
}
