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

const ALREADY: Readonly<Record<RolloutWord, string>> = {
  pause: 'it is paused already', resume: 'it was not paused', abort: 'it is over already', retry: 'nothing in it has failed', promote: 'the stage at which it stands is promoted already', approve: 'you have approved this gate already',
};

/** That it was done, or what was so already, and what the rollout waits for now. Pure. */
export function formatTold(word: RolloutWord, { hasChanged, rollout }: ToldRollout, names: ApplicationNames, now: Date): string {
  const { number, state } = rollout;
  const outcome = hasChanged === false ? `nothing to do: ${ALREADY[word]}; it is ${state}` : `${word} done, it is ${state}`;
  const waits = word === 'abort' || (word === 'pause' && hasChanged !== false) ? [] : sayHurdles(rollout, names, now).slice(1);
  return [`rollout ${number} of app/${names.application}: ${outcome}`, ...waits].map((line) => `${printable(line)}\n`).join('');
}
