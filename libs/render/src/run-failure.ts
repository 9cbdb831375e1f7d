import { err, type Err } from '#kernel';
import type { ProcessFailure } from '#runtime';
import { refuse } from './render-failures.js';
import type { RenderFailure, RenderLimits } from './renderer.js';

/** Why a run in the jail gave nothing: something stopped it, or the program ended by itself and said why. */
export function runFailure(program: string, failure: ProcessFailure, limits: RenderLimits): { readonly kind: 'STOPPED'; readonly failure: Err<RenderFailure> } | { readonly kind: 'SAID'; readonly stderr: string } {
  const { cpuSeconds, memoryBytes, maxBytes, timeoutMs } = limits;
  switch (failure.code) {
    case 'PROCESS_TIMED_OUT':
      return stopped(refuse('RENDER_TIMED_OUT', `${program} took more than ${timeoutMs} ms`));
    case 'PROCESS_OUTPUT_TOO_LARGE':
      return stopped(refuse('RENDER_LIMIT_EXCEEDED', `${program} put out more than ${maxBytes} bytes`));
    case 'PROCESS_NOT_STARTED':
      return stopped(err({ code: 'RENDERER_UNAVAILABLE', message: `${program} could not be started`, retryable: true }));
    case 'PROCESS_ABORTED':
      return stopped(err({ code: 'RENDER_TIMED_OUT', message: 'rendering was given up', retryable: true }));
    case 'PROCESS_EXITED':
      if (failure.signal === null && !/out of memory|cannot allocate memory/.test(failure.stderr)) return { kind: 'SAID', stderr: failure.stderr };
      return stopped(refuse(failure.signal === 'SIGXCPU' ? 'RENDER_TIMED_OUT' : 'RENDER_LIMIT_EXCEEDED', `${program} was stopped: it wanted more than ${cpuSeconds} s of CPU or ${memoryBytes} bytes of memory`));
  }
}

function stopped(failure: Err<RenderFailure>): { readonly kind: 'STOPPED'; readonly failure: Err<RenderFailure> } {
  return { kind: 'STOPPED', failure };
}
