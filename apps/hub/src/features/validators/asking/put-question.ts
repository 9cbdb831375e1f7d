import { err, type Clock, type Log, type Result } from '#kernel';
import { readValidatorAnswer, validatorQuestion, type ValidatorAnswer } from '#domain';
import type { ValidatorKeys } from '../validator-keys.js';
import type { Question } from './question.store.js';
import { sendQuestion } from './send-question.js';
import { signatureHeaders } from './sign-question.js';
import type { ValidatorEgress } from './validator-egress.js';

export interface PutQuestionPorts {
  readonly keys: Pick<ValidatorKeys, 'open'>;
  readonly egress: Pick<ValidatorEgress, 'check'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Longest time from the look-up of its host to the last byte of its answer. @default 10000 */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 10_000;

/** Puts a question to its validator, signed, and reads what comes back. Errors say why there is no answer. @throws the signal's reason when it aborts */
export async function putQuestion(ports: PutQuestionPorts, { id, validatorName, validator, facts }: Question, signal: AbortSignal): Promise<Result<ValidatorAnswer, string>> {
  if (validator === undefined) return err(`the project has no validator ${validatorName}: capstan validator create ${validatorName} --url URL`);
  const keys = keysOf(ports, validator);
  if (keys === undefined) return err(`its key cannot be opened: capstan validator rotate-key ${validatorName}`);
  const late = AbortSignal.any([signal, AbortSignal.timeout(ports.deadlineMs ?? DEADLINE_MS)]);
  const url = new URL(validator.url);
  const addresses = await ports.egress.check(url, late);
  if (!addresses.ok) return addresses;
  const body = validatorQuestion(facts);
  const answer = await sendQuestion({ url, addresses: addresses.value, body, headers: signatureHeaders(id, ports.clock.now(), body, keys) }, late);
  signal.throwIfAborted();
  return answer.ok ? readValidatorAnswer(answer.value.status, answer.value.body) : answer;
}

function keysOf({ keys, log }: PutQuestionPorts, { id, sealedKeys }: NonNullable<Question['validator']>): readonly string[] | undefined {
  try {
    return sealedKeys.map((sealed) => keys.open(id, sealed));
  } catch (error) {
    log.error('the key of a validator cannot be opened', { validatorId: id, error });
    return undefined;
  }
}
