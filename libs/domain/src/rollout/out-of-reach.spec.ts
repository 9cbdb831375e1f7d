import { describe, expect, it } from '@jest/globals';
import { outOfReach, REASON_CODES, type LastLook, type OutOfReach, type ReasonCode, type WayBack } from '#domain';

const AT = new Date('2026-11-01T12:00:00Z');
const look = (name: string, reason?: ReasonCode): LastLook => ({ name, reason, lastReadAt: AT });
const FINE = look('fleet');
const DOWN = look('fleet', 'REPOSITORY_UNREACHABLE');
const CHARTS_DOWN = look('charts', 'AUTHENTICATION_FAILED');
const way = (target: string, repositories: readonly LastLook[], kept: readonly string[] | undefined, content = 'wanted'): WayBack => ({ target, repositories, content, kept });
const found = (part: Partial<OutOfReach>): OutOfReach => ({ repositories: [{ ...DOWN, reason: 'REPOSITORY_UNREACHABLE' }], notKept: [], unknown: [], reachable: [], ...part });

describe('outOfReach', () => {
  it.each<[string, readonly WayBack[], OutOfReach | undefined]>([
    ['lets everybody go while everything can be read, whatever is kept', [way('a', [FINE], []), way('b', [FINE], undefined)], undefined],
    ['lets those go whose agents keep the very content', [way('a', [DOWN], ['other', 'wanted'])], undefined],
    ['names who does not keep it', [way('a', [DOWN], ['other']), way('b', [DOWN], ['wanted'])], found({ notKept: ['a'], reachable: ['b'] })],
    ['does not take silence for keeping', [way('a', [DOWN], undefined), way('b', [DOWN], [])], found({ unknown: ['a'], notKept: ['b'] })],
    ['looks at the content of each, not at what its neighbour keeps', [way('a', [DOWN], ['of-b'], 'of-a'), way('b', [DOWN], ['of-b'], 'of-b')], found({ notKept: ['a'], reachable: ['b'] })],
    ['wants every repository that a release is made from', [way('a', [FINE, CHARTS_DOWN], [])], found({ repositories: [{ ...CHARTS_DOWN, reason: 'AUTHENTICATION_FAILED' }], notKept: ['a'] })],
    ['counts who needs another repository among those that can go', [way('a', [DOWN], []), way('b', [look('other')], [])], found({ notKept: ['a'], reachable: ['b'] })],
    ['names only repositories that somebody waits for, each once and by name', [way('a', [DOWN, CHARTS_DOWN], []), way('b', [DOWN], []), way('c', [look('more', 'HOST_KEY_UNKNOWN')], ['wanted'])], found({ repositories: [{ ...CHARTS_DOWN, reason: 'AUTHENTICATION_FAILED' }, { ...DOWN, reason: 'REPOSITORY_UNREACHABLE' }], notKept: ['a', 'b'], reachable: ['c'] })],
    ['lets nobody go in vain', [], undefined],
  ])('%s', (_name, ways, expected) => {
    expect(outOfReach(ways)).toEqual(expected);
  });

  it('goes by reasons that speak of the server, not by those of one ref, one content or the hub', () => {
    expect(REASON_CODES.filter((reason) => outOfReach([way('a', [look('fleet', reason)], [])]) !== undefined).toSorted()).toEqual([
      'AUTHENTICATION_FAILED', 'HOST_KEY_UNKNOWN', 'REPOSITORY_NOT_FOUND', 'REPOSITORY_RATE_LIMITED', 'REPOSITORY_UNREACHABLE',
    ]);
  });
});
