import { sayHurdles, type ApplicationNames, type RolloutDetail } from './format-rollout.js';
import { printable } from './printable.js';

export const ROLLOUT_WORDS = ['pause', 'resume', 'abort', 'retry', 'promote', 'approve'] as const;
export type RolloutWord = (typeof ROLLOUT_WORDS)[number];

/** What became of a word to a rollout. */
export interface ToldRollout {
  /** null: a hub that does not tell. */
  readonly hasChanged: boolean | null;
  readonly rollout: Pick<RolloutDetail, 'number' | 'state' | 'hurdles'>;
}

interface GateName {
  readonly stage: string;
  readonly gate: string;
}

const ALREADY: Readonly<Record<RolloutWord, string>> = {
  pause: 'it is paused already', resume: 'it was not paused', abort: 'it is over already', retry: 'nothing in it has failed', promote: 'the stage at which it stands is promoted already', approve: 'you have approved this gate already',
};

/** That it was done, or what was so already, and what the rollout waits for now. `gate` is one that this person has approved: more approvals come from others. Pure. */
export function formatTold(word: RolloutWord, { hasChanged, rollout }: ToldRollout, names: ApplicationNames, now: Date, gate?: GateName): string {
  const { number, state } = rollout;
  const outcome = hasChanged === false ? `nothing to do: ${ALREADY[word]}; it is ${state}` : `${word} done, it is ${state}`;
  const waits = word === 'abort' || (word === 'pause' && hasChanged !== false) ? [] : sayHurdles(withoutOwn(rollout, gate), names, now).slice(1);
  return [`rollout ${number} of app/${names.application}: ${outcome}`, ...waits].map((line) => `${printable(line)}\n`).join('');
}

/** What a person has said needs no command to say it again. */
function withoutOwn(rollout: ToldRollout['rollout'], own: GateName | undefined): ToldRollout['rollout'] {
  if (own === undefined) return rollout;
  const hurdles = rollout.hurdles.map((hurdle) => (hurdle.stage === own.stage && hurdle.gate === own.gate ? { ...hurdle, gate: null, message: hurdle.message.replace(': approveGate.', ', by others.') } : hurdle));
  return { ...rollout, hurdles };
}
