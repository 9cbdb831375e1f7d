import { describe, expect, it } from '@jest/globals';
import { planSchedule } from './plan-schedule.js';
import { printSchedule } from './print-schedule.js';
import { LINKS, PROCESSES, type Schedule } from './schedule.js';

const SEEDS = Array.from({ length: 300 }, (_, index) => index + 1);
const plans = SEEDS.map(planSchedule);
const faultsOf = ({ steps }: Schedule) => steps.flatMap((step) => ('fault' in step ? [step.fault] : []));
const actionsOf = ({ steps }: Schedule, application: string) => steps.flatMap((step) => ('action' in step && step.action.application === application ? [step.action] : []));

describe('planSchedule', () => {
  it('is a function of the seed', () => {
    for (const plan of plans) expect(printSchedule(planSchedule(plan.seed))).toBe(printSchedule(plan));
    expect(new Set(plans.map(printSchedule)).size).toBe(SEEDS.length);
  });

  it('throws at most one fault at each thing, and at least one altogether', () => {
    for (const plan of plans) {
      const hit = faultsOf(plan).map((fault) => (fault.kind === 'link' ? fault.link : fault.process));
      expect(hit.length).toBeGreaterThan(0);
      expect(new Set(hit).size).toBe(hit.length);
    }
  });

  it('reaches every process, every link and every kind of action', () => {
    const faults = plans.flatMap(faultsOf);
    for (const name of PROCESSES) for (const kind of ['kill', 'pause']) expect(faults).toContainEqual(expect.objectContaining({ kind, process: name }));
    for (const link of LINKS) expect(faults).toContainEqual(expect.objectContaining({ link }));
    const hows = new Set(faults.flatMap((fault) => (fault.kind === 'link' ? [fault.fault.how] : [])));
    expect([...hows].toSorted()).toEqual(['blackhole', 'cut', 'cut-mid-frame', 'delay', 'half-open', 'refuse', 'reorder', 'slow']);
    const kinds = new Set(plans.flatMap(({ steps }) => steps.flatMap((step) => ('action' in step ? [step.action.kind] : []))));
    expect([...kinds].toSorted()).toEqual(['commit', 'create', 'delete', 'hand-delete', 'hand-edit', 'match', 'parameters', 'rewrite', 'sync', 'tier']);
  });

  it('stops a replica of the hub for longer than its leases last', () => {
    expect(plans.flatMap(faultsOf).some((fault) => fault.kind === 'pause' && fault.process.startsWith('hub') && fault.forMs > 9_000)).toBe(true);
  });

  it('leaves every application with a head that works, and nothing after its deletion', () => {
    for (const plan of plans) {
      for (const { name, createdAtMs } of plan.applications) {
        const actions = actionsOf(plan, name);
        const last = actions.findLast((action) => action.kind === 'commit' || action.kind === 'rewrite');
        expect(last?.kind === 'commit' && last.content.isBroken).toBe(false);
        expect(actions.findIndex(({ kind }) => kind === 'delete')).toEqual(actions.some(({ kind }) => kind === 'delete') ? actions.length - 1 : -1);
        if (createdAtMs !== undefined) expect(actions[0]?.kind).toBe('create');
      }
    }
  });

  it('is over within eight seconds', () => {
    for (const { steps } of plans) for (const { atMs } of steps) expect(atMs).toBeLessThanOrEqual(8_000);
  });
});
