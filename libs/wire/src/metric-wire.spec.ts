import { decodeMeasurement, decodeMeasureMetric, encodeMeasurement, encodeMeasureMetric } from '#wire';
import { describe, expect, it } from '@jest/globals';

describe('measurements on the wire', () => {
  it('come out as they went in, and so do queries', () => {
    expect(decodeMeasureMetric(encodeMeasureMetric('up{a="ü"}'))).toEqual({ ok: true, value: 'up{a="ü"}' });
    for (const value of [0, -1.5, 1e300]) expect(decodeMeasurement(encodeMeasurement({ value, warnings: ['partial'] }))).toEqual({ ok: true, value: { value, warnings: ['partial'] } });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('are refused when an agent sends %p', (value) => {
    expect(decodeMeasurement({ value, warnings: [] })).toEqual({ ok: false, error: { code: 'MALFORMED', field: 'measurement.value' } });
  });

  it('keep three warnings, and of each as much as can be shown', () => {
    expect(decodeMeasurement({ value: 1, warnings: Array.from({ length: 9 }, () => 'w'.repeat(900)) })).toEqual({ ok: true, value: { value: 1, warnings: ['w', 'w', 'w'].map((w) => w.repeat(200)) } });
  });

  it.each([['nothing', ''], ['a book', 'x'.repeat(300_000)]])('take %s for no query', (_name, query) => {
    expect(decodeMeasureMetric({ query })).toMatchObject({ ok: false });
  });
});
