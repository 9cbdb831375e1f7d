import { describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Violation } from '../check/evidence.js';
import { checkKills } from './check/check-kills.js';
import { chooseKills } from './choose-kills.js';
import { planFleet } from './plan/fleet.js';
import { printKill } from './plan/plan-kills.js';
import { sumUp } from './report/sum-up.js';
import type { Death } from './run/kill-hub.js';
import { runKills, type KillRun } from './run/run-kills.js';
import { KillStage } from './stage/kill-stage.js';

const { seed, kills, clusters } = chooseKills(process.env);
const START_AND_SETTLE_MS = 900_000;
const EACH_MS = 30_000;

/** docs/testing-faults.md says how to choose, and how to repeat. */
describe('a hub that is killed in the middle of rollouts', () => {
  it(`${kills} times, over ${clusters} clusters, assigns no target twice, loses none and keeps the order of stages`, async () => {
    say(`seed ${seed}: ${kills} kills, ${clusters} clusters`);
    const began = performance.now();
    const stage = await KillStage.start(planFleet(clusters));
    const deaths: Death[] = [];
    let run: KillRun | undefined;
    let violations: readonly Violation[];
    try {
      run = await runKills(stage, seed, kills, (death) => {
        deaths.push(death);
        if (kills < 20 || deaths.length % 20 === 0) say(`${deaths.length}: ${printKill(death.kill)}, ready after ${Math.round(death.readyAfterMs ?? 0)} ms, ${death.underWay.rollouts} rollouts and ${death.underWay.moving} targets under way`);
      });
      violations = checkKills(run.evidence);
    } catch (error) {
      violations = [{ rule: 'the story could be told', text: error instanceof Error ? error.message : String(error) }];
    }
    const took = `took ${Math.round((performance.now() - began) / 1000)} s`;
    say(`${sumUp(deaths, run?.evidence)}, ${took}`);
    if (violations.length === 0) say(`seed ${seed} holds`);
    else say(`seed ${seed} VIOLATED\n${violations.slice(0, 40).map(({ rule, text }) => `  ${rule}: ${text}`).join('\n')}\nevidence: ${keep(stage, run, deaths, violations)}\n${stage.lastWords()}`);
    await stage.stop();
    expect(violations).toEqual([]);
  }, START_AND_SETTLE_MS + kills * EACH_MS);
});

function say(text: string): void {
  process.stderr.write(`kills: ${text}\n`);
}

/** Evidence and logs outlive the stage. */
function keep(stage: KillStage, run: KillRun | undefined, deaths: readonly Death[], violations: readonly Violation[]): string {
  const directory = join(process.env['CAPSTAN_FAULT_EVIDENCE'] ?? join(tmpdir(), 'capstan-fault-evidence'), `kills-${seed}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'evidence.json'), JSON.stringify({ violations, deaths, evidence: run?.evidence }, undefined, 1));
  writeFileSync(join(directory, 'last-words.log'), stage.lastWords(5_000));
  return directory;
}
