import { describe, expect, it } from '@jest/globals';
import type { TargetReport } from '#domain';
import { aClock, T0 } from '#testing';
import { buildRemovedReport } from './build-removed-report.js';
import { Reporter } from './reporter.js';
import { aTombstone } from '../../test/test-orders.js';

const report = (more: Partial<TargetReport> = {}): TargetReport => ({ ...buildRemovedReport(aTombstone({ generation: 3, mode: 'DELETE' }), T0), ...more });

describe('Reporter', () => {
  it('hands on what changed, and the same again only after a while', () => {
    const clock = aClock();
    const sent: TargetReport[] = [];
    const reporter = new Reporter({ offer: (one) => void sent.push(one) }, clock, 600_000);
    reporter.offer(report());
    reporter.offer(report({ observedAt: new Date(T0.getTime() + 5_000) }));
    expect(sent).toHaveLength(1);
    reporter.offer(report({ generation: 4n }));
    reporter.offer(report({ generation: 4n, healedCount: 1 }));
    expect(sent).toHaveLength(3);
    clock.advance(600_000);
    reporter.offer(report({ generation: 4n, healedCount: 1 }));
    expect(sent).toHaveLength(4);
  });

  it('says each change of state once', () => {
    const said: string[] = [];
    const reporter = new Reporter({ offer: () => undefined }, aClock(), 600_000, ({ sync, reason }) => void said.push(`${sync} ${reason}`));
    reporter.offer(report({ sync: 'APPLYING', reason: 'APPLYING' }));
    reporter.offer(report({ sync: 'APPLYING', reason: 'APPLYING', objectCount: 7 }));
    reporter.offer(report({ sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', message: 'app/a.yaml, line 3' }));
    reporter.offer(report({ sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', message: 'app/a.yaml, line 4' }));
    reporter.repeatAll();
    expect(said).toEqual(['APPLYING APPLYING', 'KEPT_LAST_GOOD INVALID_YAML', 'KEPT_LAST_GOOD INVALID_YAML']);
  });

  it('says that another order was answered, and that health changed', () => {
    const said: string[] = [];
    const reporter = new Reporter({ offer: () => undefined }, aClock(), 600_000, ({ generation, health }) => void said.push(`${generation} ${health}`));
    reporter.offer(report({ generation: 4n, health: 'PROGRESSING' }));
    reporter.offer(report({ generation: 4n, health: 'PROGRESSING', healedCount: 1 }));
    reporter.offer(report({ generation: 4n, health: 'HEALTHY' }));
    reporter.offer(report({ generation: 5n, health: 'HEALTHY' }));
    expect(said).toEqual(['4 PROGRESSING', '4 HEALTHY', '5 HEALTHY']);
  });

  it('repeats the last report of every target that it still knows', () => {
    const sent: TargetReport[] = [];
    const reporter = new Reporter({ offer: (one) => void sent.push(one) }, aClock(), 600_000);
    const other = buildRemovedReport(aTombstone({ application: 'web', generation: 3, mode: 'DELETE' }), T0);
    const forgotten = buildRemovedReport(aTombstone({ application: 'old', generation: 3, mode: 'DELETE' }), T0);
    for (const one of [report(), report({ generation: 4n }), other, forgotten]) reporter.offer(one);
    reporter.forget(forgotten.target);
    sent.length = 0;
    reporter.repeatAll();
    expect(sent).toEqual([report({ generation: 4n }), other]);
  });
});
