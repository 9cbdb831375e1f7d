import { err, errorCode, ok, type Result } from '#kernel';
import { spawn } from 'node:child_process';

/** One run of a program: no shell, only the environment given, everything bounded. */
export interface ProcessRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array | string;
  /** Descriptors of open files that the program gets as its own from 3 on. */
  readonly files?: readonly number[];
  /** It stays in the process group of this process and ends with it; what it starts in turn is not ended with it. */
  readonly isInGroup?: boolean;
  readonly timeoutMs: number;
  /** Output past this many bytes ends the program. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
}

export interface ProcessOutput {
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type ProcessFailure =
  | { readonly code: 'PROCESS_NOT_STARTED'; readonly file: string; readonly cause: string }
  | { readonly code: 'PROCESS_EXITED'; readonly file: string; readonly exitCode: number | null; readonly signal: string | null; readonly stdout: Buffer; readonly stderr: string }
  | { readonly code: 'PROCESS_TIMED_OUT'; readonly file: string; readonly timeoutMs: number }
  | { readonly code: 'PROCESS_OUTPUT_TOO_LARGE'; readonly file: string; readonly maxOutputBytes: number }
  | { readonly code: 'PROCESS_ABORTED'; readonly file: string };

const STDERR_BYTES = 64 * 1024;

/**
 * Runs a program in a process group of its own, unless told otherwise, to its end and collects its output. Whatever ends it early (deadline,
 * abort, too much output) kills the whole group with SIGKILL: helpers that git or kustomize start must not outlive them.
 */
export function runProcess(request: ProcessRequest): Promise<Result<ProcessOutput, ProcessFailure>> {
  return new Promise((resolve) => {
    if (request.signal?.aborted) {
      resolve(err({ code: 'PROCESS_ABORTED', file: request.file }));
      return;
    }
    const child = spawn(request.file, [...request.args], {
      ...(request.cwd === undefined ? {} : { cwd: request.cwd }),
      env: { ...request.env },
      stdio: ['pipe', 'pipe', 'pipe', ...(request.files ?? [])],
      detached: request.isInGroup !== true,
      windowsHide: true,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let ended: ProcessFailure | undefined;
    const end = (failure: ProcessFailure): void => {
      ended ??= failure;
      if (request.isInGroup === true) child.kill('SIGKILL');
      else killGroup(child.pid);
    };
    const timer = setTimeout(() => end({ code: 'PROCESS_TIMED_OUT', file: request.file, timeoutMs: request.timeoutMs }), request.timeoutMs);
    const onAbort = (): void => end({ code: 'PROCESS_ABORTED', file: request.file });
    request.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > request.maxOutputBytes) end({ code: 'PROCESS_OUTPUT_TOO_LARGE', file: request.file, maxOutputBytes: request.maxOutputBytes });
      else chunks.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString('utf8').slice(0, STDERR_BYTES - stderr.length);
    });
    child.stdin?.on('error', () => undefined); // the program may stop reading early; its exit code tells
    child.stdin?.end(request.stdin ?? '');
    child.once('error', (error) => {
      ended ??= { code: 'PROCESS_NOT_STARTED', file: request.file, cause: error.message };
      if (child.pid === undefined) finish(null, null);
    });
    child.once('close', (exitCode, signal) => finish(exitCode, signal));

    function finish(exitCode: number | null, signal: string | null): void {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', onAbort);
      const stdout = Buffer.concat(chunks);
      if (ended !== undefined) resolve(err(ended));
      else if (exitCode === 0) resolve(ok({ stdout, stderr }));
      else resolve(err({ code: 'PROCESS_EXITED', file: request.file, exitCode, signal, stdout, stderr }));
    }
  });
}

/** Every process of the group that this one leads. That it is gone already is fine. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error; // already gone
  }
}
