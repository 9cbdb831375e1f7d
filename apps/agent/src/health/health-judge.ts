import type { Clock, MonotonicClock } from '#kernel';
import { expressionsOfRule, healthOf, healthRuleFor, judgeByRule, type Health, type HealthRule, type KubeObject, type Order, type TargetId } from '#domain';
import type { CelEvaluator, CelOutcome } from '../cel/index.js';
import { maskObject } from '../describe/mask-object.js';

export interface HealthJudgeDeps {
  readonly cel: CelEvaluator;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
}

interface Judged {
  readonly resourceVersion: string | undefined;
  readonly rule: HealthRule;
  readonly outcomes: readonly CelOutcome[];
  /** An expression that was cut may have been so because the machine was busy: it is tried again then. */
  readonly untilMs: number;
}

const MAX_REMEMBERED = 5_000;
const CUT_AGAIN_MS = 300_000;

/**
 * Judges live objects by the rules of an order, else by the built-in ones. What a rule said of an object is remembered until the object changes.
 * Never rejects: a rule that fails makes its object UNKNOWN.
 */
export class HealthJudge {
  /** The newest last. */
  readonly #judged = new Map<string, Judged>();

  constructor(private readonly deps: HealthJudgeDeps) {}

  /** @param live undefined only when the server said that the object does not exist */
  async judge(target: TargetId, order: Order, live: KubeObject | undefined): Promise<Health> {
    const rule = live === undefined || order.kind !== 'ASSIGNMENT' ? undefined : healthRuleFor(order.health ?? [], live);
    if (rule === undefined || live === undefined) return healthOf(live, this.deps.clock.now());
    return judgeByRule(rule, live, await this.#outcomes(target, rule, live));
  }

  async #outcomes(target: TargetId, rule: HealthRule, live: KubeObject): Promise<readonly CelOutcome[]> {
    const key = `${target}/${live.metadata.uid ?? ''}`;
    const { resourceVersion } = live.metadata;
    const nowMs = this.deps.monotonic.nowMs();
    const known = this.#judged.get(key);
    if (known !== undefined && known.rule === rule && known.resourceVersion === resourceVersion && nowMs < known.untilMs) return known.outcomes;
    this.#judged.delete(key);
    // Values of a Secret are not for rules: what they say is shown.
    const outcomes = await this.deps.cel.evaluate(target, expressionsOfRule(rule), { object: maskObject(live) });
    const codes = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.code]));
    if (codes.some((code) => code !== 'FAILED' && code !== 'CUT' && code !== 'TOO_LARGE')) return outcomes;
    this.#judged.set(key, { resourceVersion, rule, outcomes, untilMs: codes.includes('CUT') ? nowMs + CUT_AGAIN_MS : Number.POSITIVE_INFINITY });
    for (const oldest of this.#judged.keys()) {
      if (this.#judged.size <= MAX_REMEMBERED) break;
      this.#judged.delete(oldest);
    }
    return outcomes;
  }
}
