import { describe, expect, it } from '@jest/globals';
import { checkCel, MAX_EXPRESSION_LENGTH } from '#domain';

describe('checkCel', () => {
  it.each([
    'object.status.phase == "Ready"',
    'has(object.status.conditions) && object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")',
    'object.status.conditions.filter(c, c.type == "Ready").all(c, c.status == "True")',
    'size(object.status.conditions) > 0 && object.spec.replicas + 1 > 2',
    'object.?status.?phase.orValue("") == "Ready"',
    'timestamp(object.status.renewalTime) - timestamp(object.status.notBefore) > duration("10m")',
    'object.metadata.name.matches("^web-[0-9]+$") && object.metadata.name.startsWith("web")',
    'object.spec.isOpen',
  ])('accepts %s', (expression) => {
    expect(checkCel(expression, 'bool')).toBeUndefined();
  });

  it.each<[string, string, 'bool' | 'string', { line: number; column: number; cause: string }]>([
    ['an expression that breaks off', 'object.status.phase ==', 'bool', { line: 1, column: 23, cause: 'Unexpected token: EOF' }],
    ['a typing error on the second line', 'object.a == 1 &&\n  object.b = 2', 'bool', { line: 2, column: 12, cause: 'Unexpected character: =' }],
    ['a variable that does not exist', 'status.phase == "Ready"', 'bool', { line: 1, column: 1, cause: 'Unknown variable: status' }],
    ['a function that does not exist', 'lookup(object)', 'bool', { line: 1, column: 1, cause: "found no matching overload for 'lookup(dyn)'" }],
    ['a text where a truth value is wanted', '"Ready"', 'bool', { line: 1, column: 1, cause: 'it gives string, and a truth value is wanted' }],
    ['a truth value where a text is wanted', 'object.a == 1', 'string', { line: 1, column: 1, cause: 'it gives bool, and a text is wanted' }],
    ['nothing', '', 'bool', { line: 1, column: 1, cause: 'Unexpected token: EOF' }],
  ])('refuses %s, with its place', (_name, expression, result, problem) => {
    expect(checkCel(expression, result)).toEqual(problem);
  });

  it.each<[string, string]>([
    ['parentheses', `${'('.repeat(1_990)}1${')'.repeat(1_990)}`],
    ['lists', `${'['.repeat(1_990)}${']'.repeat(1_990)}`],
    ['macros', `${'[1].map(a,'.repeat(360)}1${')'.repeat(360)}`],
    ['ternaries', `${'true?'.repeat(600)}1${':1'.repeat(400)}`],
    ['negations', `${'!'.repeat(3_990)}true`],
    ['sums', `1${'+1'.repeat(1_990)}`],
  ])('ends soon with the limits of the language for a bomb of %s', (_name, expression) => {
    expect(expression.length).toBeLessThanOrEqual(MAX_EXPRESSION_LENGTH);
    expect(checkCel(expression, 'bool')?.cause).toMatch(/^Exceeded max(Depth|AstNodes)/);
  });

  it('compiles the deepest nest of macros that the limits let through without multiplying it', () => {
    const depth = 28;
    expect(checkCel(`${'[1].all(a,'.repeat(depth)}true${')'.repeat(depth)}`, 'bool')).toBeUndefined();
  });
});
