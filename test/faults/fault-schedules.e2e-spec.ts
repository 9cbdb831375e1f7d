import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithKubernetes } from '../kubernetes/stage/describe-with-kubernetes.js';
import { checkSchedule } from './check/check-schedule.js';
import type { Evidence, Violation } from './check/evidence.js';
import { planSchedule } from './plan/plan-schedule.js';
import { printSchedule } from './plan/print-schedule.js';
import { runSchedule } from './run/run-schedule.js';
import { chooseSeeds } from './choose-seeds.js';
import { FaultStage } from './stage/fault-stage.js';

const SCHEDULE_MS = 480_000;
const seeds = chooseSeeds(process.env);

/** Seeded schedules of faults on one stage, one after another: docs/testing-faults.md says how to choose and repeat them. */
describeWithKubernetes('fault schedules', () => {
  describe('fault schedules', () => {
    let stage: FaultStage | undefined;
    const convergences: number[] = [];
    afterAll(async () => {
      say(`converged after (ms, sorted): ${convergences.toSorted((a, b) => a - b).join(' ')}`);
      await stage?.stop();
    }, 120_000);

    it.each(seeds)('seed %d', async (seed) => {
      stage ??= await FaultStage.start();
      const schedule = planSchedule(seed);
      say(`seed ${seed}`);
      const began = performance.now();
      let evidence: Evidence | undefined;
      let violations: readonly Violation[];
      try {
        evidence = await runSchedule(stage, schedule);
        violations = checkSchedule(evidence);
        if (evidence.convergedAt !== undefined) convergences.push(Math.max(0, evidence.convergedAt - evidence.calmAt));
      } catch (error) {
        violations = [{ rule: 'the schedule could be run', text: error instanceof Error ? error.message : String(error) }];
      }
      const took = `${Math.round((performance.now() - began) / 100) / 10} s`;
      if (violations.length === 0) {
        say(`seed ${seed} holds, converged after ${Math.max(0, (evidence?.convergedAt ?? 0) - (evidence?.calmAt ?? 0))} ms, took ${took}`);
        return;
      }
      say(`seed ${seed} VIOLATED, took ${took}\n${printSchedule(schedule)}\n${violations.map(({ rule, text }) => `  ${rule}: ${text}`).join('\n')}\nevidence: ${keep(seed, evidence, violations, stage)}\n${stage.lastWords()}`);
      await stage.stop(); // what went wrong here must not be blamed on the next one
      stage = undefined;
      expect(violations).toEqual([]);
    }, SCHEDULE_MS);
  });
});

function say(text: string): void {
  process.stderr.write(`faults: ${text}\n`);
}

/** Evidence and logs outlive the stage. */
function keep(seed: number, evidence: Evidence | undefined, violations: readonly Violation[], stage: FaultStage): string {
  const directory = join(process.env['CAPSTAN_FAULT_EVIDENCE'] ?? join(tmpdir(), 'capstan-fault-evidence'), `seed-${seed}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'evidence.json'), JSON.stringify({ violations, evidence }, undefined, 1));
  writeFileSync(join(directory, 'last-words.log'), stage.lastWords(2_000));
  return directory;
}
