import { err, foreignLine, ok, type Result } from '#kernel';

/** What a validator says of a rollout. */
export interface ValidatorAnswer {
  readonly result: 'PASS' | 'FAIL' | 'WAIT';
  /** For people; '' where it says nothing. */
  readonly message: string;
  /** When it wants to be asked again, with WAIT. */
  readonly retryAfterSeconds: number | undefined;
}

export const MAX_VALIDATOR_MESSAGE = 500;
const LONGEST_WAIT_SECONDS = 3_600;

/**
 * Reads the answer of a validator. Pure. Only a 200 with a JSON object that has one of the three results is an answer; everything else is none, and
 * the error says in words what came instead, without repeating any of it.
 */
export function readValidatorAnswer(status: number, body: Uint8Array): Result<ValidatorAnswer, string> {
  if (status >= 300 && status < 400) return err(`it redirects (${status}), which is not followed`);
  if (status !== 200) return err(`it answered ${status}`);
  const value = parsed(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return err('its answer is no JSON object');
  const { result, message, retryAfterSeconds }: Readonly<Record<string, unknown>> = { ...value };
  if (result !== 'PASS' && result !== 'FAIL' && result !== 'WAIT') return err('its answer has no `result` that is PASS, FAIL or WAIT');
  return ok({ result, message: typeof message === 'string' ? plain(message) : '', retryAfterSeconds: result === 'WAIT' ? wait(retryAfterSeconds) : undefined });
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

/** One line for people: it stands in logs, on terminals and on screens. */
function plain(message: string): string {
  const line = message.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length <= MAX_VALIDATOR_MESSAGE ? foreignLine(line, MAX_VALIDATOR_MESSAGE) : `${foreignLine(line, MAX_VALIDATOR_MESSAGE - 1)}…`;
}

function wait(seconds: unknown): number | undefined {
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? Math.min(LONGEST_WAIT_SECONDS, Math.max(1, seconds)) : undefined;
}
