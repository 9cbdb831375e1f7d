import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { describeWithKubernetes } from '../../kubernetes/stage/describe-with-kubernetes.js';
import { Stage, type StageRequest } from './stage.js';

const PROMISE_MS = 240_000;

/** A promise of the system, kept or not; when it is not, the failure carries what hub and agents said last. */
export type PromiseTest = (name: string, keep: (stage: Stage) => Promise<void>, timeoutMs?: number) => void;

/** Promises that are judged on one stage. Each brings applications and namespaces of its own, so that none depends on another. */
export function describeOnStage(name: string, request: StageRequest, suite: (promise: PromiseTest) => void): void {
  describeWithKubernetes(name, () => {
    describe(name, () => {
      let stage: Stage | undefined;
      beforeAll(async () => {
        stage = await Stage.start(request);
      }, 240_000);
      afterAll(async () => {
        await stage?.stop();
      }, 60_000);
      suite((title, keep, timeoutMs = PROMISE_MS) => {
        it(title, async () => {
          if (stage === undefined) throw new Error('the stage did not start');
          await withLastWords(stage, keep);
        }, timeoutMs);
      });
    });
  });
}

/** The message of an assertion stays as it is, with its code frame; the logs follow it. */
async function withLastWords(stage: Stage, keep: (stage: Stage) => Promise<void>): Promise<void> {
  try {
    await keep(stage);
  } catch (error) {
    process.stderr.write(`\n${stage.lastWords()}\n`);
    throw error;
  }
}
