import { describe, expect, it } from '@jest/globals';
import { targetId, type TargetReport } from '#domain';
import { decodeReport, encodeReport } from './report-wire.js';

const report: TargetReport = {
  target: targetId('00000000-0000-7000-8000-000000000001'), epoch: 1n, generation: 2n, release: undefined, commit: '', renderDigest: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '',
  objectCount: 0, unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: new Date('2026-11-01T12:00:00.000Z'),
};
const ids = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index).padStart(32, '0'));

describe('what an agent keeps, in its report', () => {
  it.each<[string, readonly string[]]>([['something', ids(5)], ['nothing', []]])('is told as it is: %s', (_what, kept) => {
    expect(decodeReport(encodeReport({ ...report, kept }))).toStrictEqual({ ok: true, value: { ...report, kept } });
  });

  it('is not there where the agent does not tell', () => {
    const decoded = decodeReport(encodeReport(report));
    expect(decoded).toMatchObject({ ok: true });
    expect(decoded.ok && 'kept' in decoded.value).toBe(false);
  });

  it('is bounded on both sides, and is nothing but ids', () => {
    expect(encodeReport({ ...report, kept: ids(20) }).kept?.ids).toHaveLength(8);
    expect(decodeReport({ ...encodeReport(report), kept: { ids: [...ids(20)] } })).toMatchObject({ ok: true, value: { kept: ids(8) } });
    for (const id of ['', '}', 'A'.repeat(32), '0'.repeat(33)]) expect(decodeReport({ ...encodeReport(report), kept: { ids: [id] } })).toEqual({ ok: false, error: { code: 'MALFORMED', field: 'kept.ids' } });
  });
});
