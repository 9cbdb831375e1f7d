import { err, type Err } from '#kernel';
import type { TalkEnding } from '#runtime';
import { refuse } from '../render-failures.js';
import type { RenderFailure, RenderLimits } from '../renderer.js';

/** How V8 ends when memory is not to be had; the shell's spelling of them where a wrapper passes them on. */
const OUT_OF_MEMORY: readonly (string | number | null)[] = ['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGSEGV', 'SIGBUS', 133, 134, 139];

/** What the process said does not read. */
export const GARBAGE: Err<RenderFailure> = err({ code: 'RENDERER_UNAVAILABLE', message: 'the process that renders says what does not read; nothing of it is taken, and it is tried again', retryable: true });

/** Why the process that renders ended without a result. What its standard error says is not shown: it may quote what was rendered. */
export function explainEnding(ending: TalkEnding, { cpuSeconds, memoryBytes, maxBytes }: RenderLimits): Err<RenderFailure> {
  const { signal, exitCode } = ending;
  if (ending.isNotStarted) return err({ code: 'RENDERER_UNAVAILABLE', message: 'the process that renders could not be started; it is tried again', retryable: true });
  if (ending.offence === 'NO_FRAME') return GARBAGE;
  if (ending.offence === 'TOO_MUCH') return refuse('RENDER_LIMIT_EXCEEDED', `rendering put out more than ${maxBytes} bytes: split the application`);
  if (signal === 'SIGXCPU') return refuse('RENDER_TIMED_OUT', `rendering wanted more than ${cpuSeconds} s of CPU: split the application, or take out what never ends`);
  if (OUT_OF_MEMORY.includes(signal) || OUT_OF_MEMORY.includes(exitCode)) return refuse('RENDER_LIMIT_EXCEEDED', `rendering wanted more than ${memoryBytes} bytes of memory: split the application, or take out what multiplies itself`);
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return err({ code: 'RENDERER_UNAVAILABLE', message: `the process that renders was ended from outside, ${how}; it is tried again. If this goes on, look at the memory that the agent is allowed`, retryable: true });
}
