import { seededRandom } from '#testing';
import { Dice } from '../../plan/dice.js';
import { People } from '../../run/people.js';
import type { KillEvidence } from '../check/kill-evidence.js';
import type { KillStage } from '../stage/kill-stage.js';
import { killHub, type Death } from './kill-hub.js';
import { readFleet } from './read-fleet.js';
import { readHistory } from './read-history.js';
import { settle } from './settle.js';
import { Story } from './story.js';

export interface KillRun {
  readonly evidence: KillEvidence;
  readonly deaths: readonly Death[];
}

/** One run: people move releases over the fleet, the hub is killed so many times meanwhile, then everything comes to rest and the witnesses are heard. */
export async function runKills(stage: KillStage, seed: number, kills: number, told: (death: Death) => void): Promise<KillRun> {
  const people = new People(stage.httpPort, stage.token, `kills${seed}`);
  const story = new Story(stage, people, seed, new Dice(seededRandom(seed)));
  await story.open();
  const over = new AbortController();
  const atRest = new AbortController();
  const telling = Promise.all([story.tell(over.signal), story.approve(atRest.signal)]);
  telling.catch(() => undefined); // awaited below, whatever becomes of the hub
  let deaths: readonly Death[];
  let missing: readonly string[];
  try {
    deaths = await killHub(stage, seed, kills, told);
    over.abort();
    missing = await settle(stage, story);
  } finally {
    over.abort();
    atRest.abort();
  }
  await telling;
  const mutations = missing.length > 0 ? [...people.mutations] : await people.askAgain();
  return { deaths, evidence: { commits: story.commits, mutations, missing, ...(await readHistory(stage)), ...(await readFleet(stage)) } };
}
