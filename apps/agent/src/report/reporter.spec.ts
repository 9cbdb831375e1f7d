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
});
