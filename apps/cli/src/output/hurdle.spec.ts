import { describe, expect, it } from '@jest/globals';
import { commandsFor } from './hurdle.js';

const SHOP = { application: 'shop', project: 'default', rollout: 9 };
const hurdle = (kind: string, stage: string | null = 'europe', gate: string | null = null) => ({ kind, stage, gate });

describe('commandsFor', () => {
  it.each<[string, string | null, string | null, readonly string[]]>([
    ['APPROVAL', 'europe', 'release-manager', ["capstan rollout approve shop europe/release-manager -n 9 --comment '...'"]],
    ['SYNC', null, null, ['capstan sync app/shop']],
    ['ROLLOUT', null, null, ['capstan rollout list shop']],
    ['PAUSED', null, null, ['capstan rollout resume shop -n 9', 'capstan rollout abort shop -n 9']],
    ['HALTED', null, null, ['capstan rollout retry shop -n 9', 'capstan rollout abort shop -n 9']],
    ['SOAK', 'europe', null, ["capstan rollout promote shop -n 9 --reason '...'"]],
    ['CLUSTERS_AWAY', 'europe', null, ["capstan rollout promote shop -n 9 --reason '...'"]],
    ['MAINTENANCE', 'europe', null, ["capstan rollout promote shop -n 9 --reason '...'"]],
    ['HELD', 'europe', null, ["capstan hold lift shop --reason '...'", "capstan rollout promote shop -n 9 --reason '...'"]],
    ['TARGETS', 'europe', null, []],
    ['WINDOW', 'europe', 'office-hours', []],
    ['of a newer hub', null, null, []],
  ])('%s of stage %s and gate %s', (kind, stage, gate, commands) => expect(commandsFor(hurdle(kind, stage, gate), SHOP)).toEqual(commands));

  it('names the project, and of a target its cluster', () => {
    expect(commandsFor(hurdle('HELD'), { ...SHOP, project: 'payments', cluster: 'eu-1' })[0]).toBe("capstan hold lift shop@eu-1 -p payments --reason '...'");
  });

  it('lets no name out of its place in the shell', () => {
    expect(commandsFor(hurdle('APPROVAL', "a'; rm -rf ~ #", '$(id)'), SHOP)).toEqual([String.raw`capstan rollout approve shop 'a'\''; rm -rf ~ #/$(id)' -n 9 --comment '...'`]);
  });
});
