import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { buildSchema, isEnumType } from 'graphql';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { exitCodeOfError, exitCodeOfUserError } from './exit-code-of.js';

describe('exitCodeOfUserError', () => {
  it('has a meaning for every code that the API knows', () => {
    const codes = buildSchema(readFileSync('schema.graphql', 'utf8')).getType('UserErrorCode');
    if (!isEnumType(codes)) throw new Error('the schema has no UserErrorCode');
    const names = codes.getValues().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => exitCodeOfUserError(name) === EXIT.ERROR)).toEqual([]);
  });

  it.each<[string, ExitCode]>([
    ['APPLICATION_NOT_FOUND', EXIT.NOT_FOUND],
    ['INVALID_SELECTOR', EXIT.USAGE],
    ['DUPLICATE_CLUSTER', EXIT.CONFLICT],
    ['STALE_VERSION', EXIT.CONFLICT],
    ['REMOVAL_NEEDS_CONFIRMATION', EXIT.CONFLICT],
    ['OF_A_NEWER_HUB', EXIT.ERROR],
  ])('%s ends with %i', (code, expected) => {
    expect(exitCodeOfUserError(code)).toBe(expected);
  });
});

describe('exitCodeOfError', () => {
  it.each<[string, boolean, ExitCode]>([
    ['UNAUTHENTICATED', false, EXIT.NOT_AUTHENTICATED],
    ['FORBIDDEN', true, EXIT.DENIED],
    ['BAD_REQUEST', true, EXIT.USAGE],
    ['BAD_REQUEST', false, EXIT.ERROR],
    ['UNAVAILABLE', true, EXIT.HUB_UNREACHABLE],
    ['IDEMPOTENCY_KEY_REUSED', true, EXIT.CONFLICT],
    ['INTERNAL_ERROR', true, EXIT.ERROR],
  ])('%s (about input: %s) ends with %i', (code, isAboutInput, expected) => {
    expect(exitCodeOfError(code, isAboutInput)).toBe(expected);
  });
});
