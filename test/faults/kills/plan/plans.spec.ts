import { describe, expect, it } from '@jest/globals';
import { HUB_FAILPOINTS_HIT, planKill, printKill } from './plan-kills.js';
import { APPLICATIONS, filesOf, FLAW, planFleet } from './fleet.js';
import { planAct } from './plan-act.js';

const NTHS = Array.from({ length: 200 }, (_, nth) => nth);

describe('the plan of a run', () => {
  it('is a function of the seed', () => {
    const text = (seed: number): string => JSON.stringify(NTHS.flatMap((nth) => [printKill(planKill(seed, nth)), ...APPLICATIONS.map((application) => planAct(seed, application, nth))]));
    expect(text(7_000)).toBe(text(7_000));
    expect(text(7_001)).not.toBe(text(7_000));
  });

  it('kills in every way, at every failpoint, early and late', () => {
    const kills = NTHS.map((nth) => planKill(7_000, nth));
    expect(new Set(kills.map(({ kind }) => kind))).toEqual(new Set(['starting', 'ready', 'transaction', 'failpoint']));
    expect(new Set(kills.flatMap((kill) => (kill.kind === 'failpoint' ? [kill.name] : [])))).toEqual(new Set(HUB_FAILPOINTS_HIT));
    const delays = kills.flatMap((kill) => (kill.kind === 'ready' ? [kill.afterMs] : []));
    expect([Math.min(...delays) < 500, Math.max(...delays) > 6_000]).toEqual([true, true]);
  });

  it('does everything to applications, and puts flaws only where one is meant to roll back', () => {
    const acts = APPLICATIONS.map((application) => NTHS.map((nth) => planAct(7_000, application, nth)));
    for (const [index, { canBeFlawed }] of APPLICATIONS.entries()) {
      expect(new Set(acts[index]?.map(({ kind }) => kind))).toEqual(new Set(['release', 'rollback', 'pause', 'retry', 'abort', 'promote']));
      expect(acts[index]?.some((act) => act.kind === 'release' && act.isFlawed)).toBe(canBeFlawed);
    }
  });

  it('has canaries, regions and groups in a fleet of any size, and clusters that meet flaws in the application that can have one', () => {
    for (const size of [20, 100]) {
      const fleet = planFleet(size);
      expect(new Set(fleet.map(({ name }) => name)).size).toBe(size);
      const shop = fleet.filter(({ labels }) => labels.group !== 'a');
      expect(shop.filter(({ labels }) => labels.flaw === FLAW).length).toBeGreaterThan(1); // more than its budget
      for (const group of ['a', 'b', 'c']) expect(fleet.some(({ labels }) => labels.group === group)).toBe(true);
    }
    expect(filesOf(3, true)['app/content.yaml']).toContain('name: "extra-${flaw}"');
  });
});
