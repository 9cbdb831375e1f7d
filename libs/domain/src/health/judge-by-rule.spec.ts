import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expressionsOfRule, healthRuleFor, judgeByRule, type ExpressionOutcome, type HealthRule, type HealthState, type KubeObject } from '#domain';

const widget: KubeObject = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, status: { conditions: [{ type: 'Ready', status: 'True', message: 'all fine' }] } };
const rule: HealthRule = { group: 'example.com', kind: 'Widget', suspended: 's', degraded: 'd', progressing: 'p', healthy: 'h', message: 'm' };
const gave = (...values: readonly (boolean | string | number | null)[]): readonly ExpressionOutcome[] => values.map((value) => ({ ok: true, value }));
const failed = (message: string): ExpressionOutcome => ({ ok: false, error: { message } });

describe('judgeByRule', () => {
  it('asks for the states in one order, then for the message', () => {
    expect(expressionsOfRule(rule)).toEqual(['s', 'd', 'p', 'h', 'm']);
    expect(expressionsOfRule({ group: '', kind: 'Widget', healthy: 'h' })).toEqual(['h']);
  });

  it.each<[string, readonly ExpressionOutcome[], HealthState, string]>([
    ['suspended goes before all', gave(true, true, true, true, 'x'), 'SUSPENDED', 'x'],
    ['degraded goes before progressing', gave(false, true, true, true, 'x'), 'DEGRADED', 'x'],
    ['progressing goes before healthy', gave(false, false, true, true, 'x'), 'PROGRESSING', 'x'],
    ['healthy is what is left', gave(false, false, false, true, 'x'), 'HEALTHY', 'x'],
    ['none is progressing', gave(false, false, false, false, 'x'), 'PROGRESSING', 'x'],
    ['what fails before one is true makes it unknown', [...gave(false), failed('No such key: phase'), ...gave(false, true, 'x')], 'UNKNOWN', 'Health rule for Widget.example.com, degraded: No such key: phase'],
    ['what fails after one is true does not matter', [...gave(false, true), failed('a'), failed('b'), ...gave('x')], 'DEGRADED', 'x'],
    ['a text is no truth value', gave('yes', true, true, true, 'x'), 'UNKNOWN', 'Health rule for Widget.example.com, suspended: it gives no truth value'],
    ['a message that fails says so', [...gave(false, false, false, true), failed('No such key: reason')], 'HEALTHY', 'The message of the rule failed: No such key: reason'],
    ['a number is a message', gave(false, false, false, true, 3), 'HEALTHY', '3'],
    ['nothing that was evaluated is unknown', [], 'UNKNOWN', 'Health rule for Widget.example.com, suspended: it was not evaluated'],
  ])('%s', (_name, outcomes, health, message) => {
    expect(judgeByRule(rule, widget, outcomes)).toEqual({ health, message });
  });

  it('takes what the condition Ready says where the rule has no message, unless it says the opposite', () => {
    const plain: HealthRule = { group: 'example.com', kind: 'Widget', degraded: 'd', healthy: 'h' };
    expect(judgeByRule(plain, widget, gave(false, true))).toEqual({ health: 'HEALTHY', message: 'Ready: all fine' });
    expect(judgeByRule(plain, widget, gave(true, false))).toEqual({ health: 'DEGRADED', message: 'By the health rule: degraded' });
  });

  it.each<[string, KubeObject, string]>([
    ['is being deleted', { ...widget, metadata: { name: 'w', deletionTimestamp: '2026-11-01T12:00:00Z' } }, 'Being deleted'],
    ['has a generation that its controller has not seen', { ...widget, metadata: { name: 'w', generation: 2 }, status: { observedGeneration: 1 } }, 'The controller saw generation 1 of 2'],
  ])('does not believe the status of an object that %s', (_name, object, message) => {
    expect(judgeByRule(rule, object, gave(false, false, false, true, 'x'))).toEqual({ health: 'PROGRESSING', message });
  });

  it('is never healthy unless an expression of the rule was true', () => {
    const outcome: fc.Arbitrary<ExpressionOutcome> = fc.oneof(fc.boolean().map((value): ExpressionOutcome => ({ ok: true, value })), fc.string().map(failed), fc.string().map((value): ExpressionOutcome => ({ ok: true, value })));
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 5 }), (outcomes) => {
        const judged = judgeByRule(rule, widget, outcomes);
        const before = outcomes.slice(0, 3);
        if (judged.health === 'HEALTHY') expect([outcomes[3], ...before]).toEqual([{ ok: true, value: true }, ...before.map(() => ({ ok: true, value: false }))]);
      }),
    );
  });
});

describe('healthRuleFor', () => {
  it('is the first for group and kind, so that the application goes before its project', () => {
    const own: HealthRule = { ...rule, healthy: 'own' };
    expect(healthRuleFor([{ ...own, group: 'other.com' }, { ...own, kind: 'Gadget' }, own, rule], widget)).toBe(own);
    expect(healthRuleFor([], widget)).toBeUndefined();
  });
});
