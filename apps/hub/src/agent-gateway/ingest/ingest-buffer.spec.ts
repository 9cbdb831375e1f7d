import { describe, expect, it } from '@jest/globals';
import { silentLog } from '#kernel';
import { clusterId, targetId, type TargetReport } from '#domain';
import { ManualTimers, seededRandom, T0 } from '#testing';
import { IngestBuffer, type ReportSource } from './ingest-buffer.js';
import type { IngestedReport, ReportStore } from './report.store.js';

const id = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

function aReport(target: number, overrides: Partial<TargetReport> = {}): TargetReport {
  return {
    target: targetId(id(target)), epoch: 1n, generation: 1n, release: undefined, commit: '', renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '',
    objectCount: 0, unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: T0, ...overrides,
  };
}

function aSource(cluster: number): ReportSource & { readonly acks: bigint[] } {
  const acks: bigint[] = [];
  return { cluster: clusterId(id(cluster)), sessionEpoch: 1n, acknowledge: (sequence) => void acks.push(sequence), acks };
}

function aBuffer(limits = { flushMs: 50, maxRows: 3, maxPerSource: 5 }): { readonly buffer: IngestBuffer; readonly timers: ManualTimers; readonly batches: string[][]; fail: (rows: readonly IngestedReport[]) => unknown } {
  const timers = new ManualTimers();
  const batches: string[][] = [];
  const state = { timers, batches, fail: (_rows: readonly IngestedReport[]): unknown => undefined };
  const store: ReportStore = {
    write(rows) {
      const error = state.fail(rows);
      if (error !== undefined) return Promise.reject(error instanceof Error ? error : new Error('no'));
      batches.push(rows.map((row) => `${Number(row.report.target.slice(-4))}:${row.sequence}:${row.report.message}`));
      return Promise.resolve({ applied: rows.length, unknownTargets: 0 });
    },
    writeFacts: () => Promise.resolve(),
  };
  return Object.assign(state, { buffer: new IngestBuffer(store, timers, seededRandom(), silentLog, limits) });
}

describe('the ingest buffer', () => {
  it('writes once what came together, only the last of each target, and acknowledges after', async () => {
    const { buffer, timers, batches } = aBuffer();
    const source = aSource(1);
    buffer.offer(source, 1n, [aReport(1, { message: 'old' }), aReport(2)]);
    buffer.offer(source, 2n, [aReport(1, { message: 'new' })]);
    expect(source.acks).toEqual([]);
    await timers.advance(50);
    expect(batches).toEqual([['1:2:new', '2:1:']]);
    expect(source.acks).toEqual([2n]);
  });

  it('acknowledges nothing beyond what still waits', async () => {
    const { buffer, timers, batches } = aBuffer();
    const source = aSource(1);
    buffer.offer(source, 1n, [aReport(1), aReport(2), aReport(3)]);
    buffer.offer(source, 2n, [aReport(4)]);
    await timers.advance(50);
    expect(batches).toEqual([['1:1:', '2:1:', '3:1:'], ['4:2:']]);
    expect(source.acks).toEqual([1n, 2n]);
  });

  it('lets sources take turns, and refuses what one has too much of', async () => {
    const { buffer, timers, batches } = aBuffer();
    const [loud, quiet] = [aSource(1), aSource(2)];
    expect(buffer.offer(loud, 1n, [1, 2, 3, 4, 5].map((n) => aReport(n)))).toBe(true);
    expect(buffer.offer(loud, 2n, [aReport(6)])).toBe(false);
    buffer.offer(quiet, 1n, [aReport(7)]);
    await timers.advance(50);
    expect(batches[0]).toContain('7:1:');
    expect(quiet.acks).toEqual([1n]);
    expect(loud.acks).toEqual([1n]); // after its own last batch, not with the first
    expect(batches).toHaveLength(2);
  });

  it('keeps what could not be written, and tries again', async () => {
    const state = aBuffer();
    const source = aSource(1);
    let failures = 2;
    state.fail = () => (failures-- > 0 ? new Error('the database is away') : undefined);
    state.buffer.offer(source, 1n, [aReport(1)]);
    await state.timers.advance(50);
    state.buffer.offer(source, 2n, [aReport(1, { message: 'newer' })]);
    expect(source.acks).toEqual([]);
    await state.timers.advance(10_000);
    expect(state.batches).toEqual([['1:2:newer']]);
    expect(source.acks).toEqual([2n]);
  });

  it('drops the one report that the database cannot take, not its neighbours', async () => {
    const state = aBuffer();
    const source = aSource(1);
    state.fail = (rows) => (rows.some((row) => row.report.message === 'poison') ? Object.assign(new Error('bad data'), { code: '22021' }) : undefined);
    state.buffer.offer(source, 1n, [aReport(1), aReport(2, { message: 'poison' }), aReport(3)]);
    await state.timers.advance(50);
    expect(state.batches.flat()).toEqual(['1:1:', '3:1:']);
    expect(source.acks).toEqual([1n]);
  });
});
