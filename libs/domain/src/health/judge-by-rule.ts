import { parseApiVersion, type KubeObject } from '../object/kube-object.js';
import type { Order } from '../target/assignment.js';
import { conditionOf, cut, sayCondition } from './conditions.js';
import type { HealthRule } from './health-rule.js';
import type { Health } from './health.types.js';
import { unseenHealth } from './rules/generic.js';

/** In the order in which they are asked. */
const STATES = ['suspended', 'degraded', 'progressing', 'healthy'] as const;
type AskedState = (typeof STATES)[number];

/** What an expression gave, or why it gave nothing. */
export type ExpressionOutcome = { readonly ok: true; readonly value: boolean | number | string | null } | { readonly ok: false; readonly error: { readonly message: string } };

/** The rule for the kind of an object: the first one, since those of the application come before those of its project. */
export function healthRuleFor(rules: readonly HealthRule[], object: KubeObject): HealthRule | undefined {
  const { group } = parseApiVersion(object.apiVersion);
  return rules.find((rule) => rule.kind === object.kind && rule.group === group);
}

/** Whether two orders judge alike, as far as their own rules go. */
export function hasSameHealthRules(a: Order, b: Order): boolean {
  return JSON.stringify(rulesOf(a)) === JSON.stringify(rulesOf(b));
}

function rulesOf(order: Order): readonly HealthRule[] {
  return (order.kind === 'ASSIGNMENT' ? order.health : undefined) ?? [];
}

/** What has to be evaluated over `object`: the states that the rule names, then its message. */
export function expressionsOfRule(rule: HealthRule): readonly string[] {
  return [...STATES, 'message' as const].flatMap((name) => rule[name] ?? []);
}

/**
 * Judges a live object by a rule. An object that is being deleted, or whose controller has not seen its newest generation, is progressing
 * whatever the rule says: its status is of another time. An expression that fails before one is true makes it UNKNOWN, never healthy. Pure.
 *
 * @param outcomes of `expressionsOfRule(rule)`, one each
 */
export function judgeByRule(rule: HealthRule, object: KubeObject, outcomes: readonly ExpressionOutcome[]): Health {
  const unseen = unseenHealth(object);
  if (unseen !== undefined) return unseen;
  const asked = STATES.filter((state) => rule[state] !== undefined);
  for (const [index, state] of asked.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined || !outcome.ok) return unknown(rule, state, outcome?.error.message ?? 'it was not evaluated');
    if (typeof outcome.value !== 'boolean') return unknown(rule, state, 'it gives no truth value');
    if (outcome.value) return saying(rule, object, toHealthState(state), outcomes[asked.length]);
  }
  return saying(rule, object, 'PROGRESSING', outcomes[asked.length]);
}

function saying(rule: HealthRule, object: KubeObject, health: Health['health'], message: ExpressionOutcome | undefined): Health {
  if (rule.message === undefined || message === undefined) return { health, message: defaultMessage(object, health) };
  if (!message.ok) return { health, message: cut(`The message of the rule failed: ${message.error.message}`) };
  return { health, message: cut(String(message.value)) };
}

function defaultMessage(object: KubeObject, health: Health['health']): string {
  const ready = conditionOf(object, 'Ready');
  return ready === undefined || (health === 'HEALTHY') !== (ready.status === 'True') ? `By the health rule: ${health.toLowerCase()}` : sayCondition(ready);
}

function toHealthState(state: AskedState): Health['health'] {
  switch (state) {
    case 'suspended':
      return 'SUSPENDED';
    case 'degraded':
      return 'DEGRADED';
    case 'progressing':
      return 'PROGRESSING';
    case 'healthy':
      return 'HEALTHY';
  }
}

function unknown(rule: HealthRule, state: AskedState, why: string): Health {
  return { health: 'UNKNOWN', message: cut(`Health rule for ${rule.group === '' ? rule.kind : `${rule.kind}.${rule.group}`}, ${state}: ${why}`) };
}
