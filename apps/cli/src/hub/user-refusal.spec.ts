import { describe, expect, it } from '@jest/globals';
import { UserRefusal } from './user-refusal.js';

const said = (field: readonly string[], message: string, about = ''): string => new UserRefusal([{ code: 'X', field, message, hint: null }], about).message;

describe('UserRefusal', () => {
  it.each<[string, readonly string[], string, string]>([
    ['names a field that the message does not', ['url'], 'It must begin with https.', 'url: It must begin with https.'],
    ['does not say a word twice', ['stage'], 'The rollout has no stage x.', 'The rollout has no stage x.'],
    ['leaves a name to its message', ['name'], 'There is no validator "x".', 'There is no validator "x".'],
    ['names a field within others whole', ['spec', 'source'], 'The source is none.', 'spec.source: The source is none.'],
    ['calls the mode of a rollback as the command line does', ['mode'], 'The hub may not write there.', '--revert: The hub may not write there.'],
  ])('%s', (_name, field, message, sentence) => expect(said(field, message)).toBe(sentence));

  it('names every field of a file', () => expect(said(['stage'], 'There is no stage x.', 'fleet.yaml:3: app/shop')).toBe('fleet.yaml:3: app/shop: stage: There is no stage x.'));

  it('tells hints in words of the command line', () => {
    expect(new UserRefusal([{ code: 'X', field: [], message: 'Not yet.', hint: 'Run syncApplication.' }])).toMatchObject({ next: 'Run capstan sync.' });
  });
});
