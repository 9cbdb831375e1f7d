import { describe, expect, it } from '@jest/globals';
import { targetId, type TargetReport } from '#domain';
import { ManualTimers, T0 } from '#testing';
import type { Reports } from '#wire';
import { ReportOutbox, type ReportCarrier } from './report-outbox.js';

const target = (n: number): TargetReport['target'] => targetId(`00000000-0000-7000-8000-${String(n).padStart(12, '0')}`);

function aReport(n: number, message = ''): TargetReport {
  return {
    target: target(n), epoch: 1n, generation: 1n, release: undefined, commit: '', renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message, health: 'HEALTHY', healthMessage: '',
    objectCount: 0, unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: T0,
  };
}

function aCarrier(): ReportCarrier & { readonly sent: string[]; hasRoom: boolean } {
  const sent: string[] = [];
  const carrier = {
    sent,
    hasRoom: true,
    sendReports: (reports: Reports): boolean => {
      if (carrier.hasRoom) sent.push(`${reports.sequence}: ${reports.reports.map((report) => `${Number(report.targetId.slice(-4))}${report.message}`).join(' ')}`);
      return carrier.hasRoom;
    },
  };
  return carrier;
}

function anOutbox(): { readonly outbox: ReportOutbox; readonly timers: ManualTimers } {
  const timers = new ManualTimers();
  return { outbox: new ReportOutbox(timers.clock, timers), timers };
}

describe('the report outbox', () => {
  it('sends together what comes together, only the last of each target', async () => {
    const { outbox, timers } = anOutbox();
    const carrier = aCarrier();
    outbox.attach(carrier);
    for (const report of [aReport(1, 'old'), aReport(2), aReport(1, 'new')]) outbox.offer(report);
    await timers.advance(100);
    expect(carrier.sent).toEqual(['1: 2 1new']);
  });

  it('keeps what was reported without a session, and what was not acknowledged, for the next one', async () => {
    const { outbox, timers } = anOutbox();
    outbox.offer(aReport(1));
    const first = aCarrier();
    outbox.attach(first);
    await timers.advance(100);
    outbox.detach(first);
    const second = aCarrier();
    outbox.attach(second);
    await timers.advance(100);
    expect([first.sent, second.sent]).toEqual([['1: 1'], ['2: 1']]);
    outbox.acknowledge(2n);
    expect(outbox.size).toBe(0);
  });

  it('does not take an acknowledgement for a report that is newer', async () => {
    const { outbox, timers } = anOutbox();
    const carrier = aCarrier();
    outbox.attach(carrier);
    outbox.offer(aReport(1, 'a'));
    await timers.advance(100);
    outbox.offer(aReport(1, 'b'));
    outbox.acknowledge(1n);
    await timers.advance(100);
    expect(carrier.sent).toEqual(['1: 1a', '2: 1b']);
    expect(outbox.size).toBe(1);
  });

  it('sends again what stays without an acknowledgement, and what there was no room for', async () => {
    const { outbox, timers } = anOutbox();
    const carrier = aCarrier();
    carrier.hasRoom = false;
    outbox.attach(carrier);
    outbox.offer(aReport(1));
    await timers.advance(100);
    carrier.hasRoom = true;
    outbox.expire();
    await timers.advance(31_000);
    outbox.expire();
    await timers.advance(100);
    expect(carrier.sent).toEqual(['1: 1', '2: 1']);
  });
});
