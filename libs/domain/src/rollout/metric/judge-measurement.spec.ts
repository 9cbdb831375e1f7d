import { judgeMeasurement, type MeasuredSoFar, type MetricGateSpec } from '#domain';
import { describe, expect, it } from '@jest/globals';

const gate = (rest: Partial<MetricGateSpec>): MetricGateSpec => ({ kind: 'METRIC', name: 'errors', query: 'x', max: 1, intervalSeconds: 10, count: 1, failureLimit: 0, deadlineSeconds: 60, ...rest });
const so = (passes: number, failures: number): MeasuredSoFar => ({ passes, failures });

describe('judgeMeasurement', () => {
  it.each<[string, Partial<MetricGateSpec>, MeasuredSoFar, number, string]>([
    ['the bound itself is good', {}, so(0, 0), 1, 'PASSED 1/0 1 in cluster eu-1: good, 1 of 1'],
    ['one above is not', {}, so(0, 0), 1.5, 'FAILED 0/1 1.5 in cluster eu-1: more than 1, bad once with 0 allowed'],
    ['the lower bound is good', { min: 0 }, so(0, 0), 0, 'PASSED 1/0 0 in cluster eu-1: good, 1 of 1'],
    ['one below is not', { min: 0 }, so(0, 0), -0.1, 'FAILED 0/1 -0.1 in cluster eu-1: less than 0, bad once with 0 allowed'],
    ['no upper bound', { min: 0, max: undefined as never }, so(0, 0), 1e9, 'PASSED 1/0 1000000000 in cluster eu-1: good, 1 of 1'],
    ['it takes more of them', { count: 3 }, so(1, 0), 0, 'undefined 2/0 0 in cluster eu-1: good, 2 of 3'],
    ['as many as are asked for', { count: 3 }, so(2, 0), 0, 'PASSED 3/0 0 in cluster eu-1: good, 3 of 3'],
    ['a bad one that is allowed', { failureLimit: 2 }, so(0, 1), 5, 'undefined 0/2 5 in cluster eu-1: more than 1, bad 2 times with 2 allowed'],
    ['one more than is allowed', { failureLimit: 2, count: 9 }, so(8, 2), 5, 'FAILED 8/3 5 in cluster eu-1: more than 1, bad 3 times with 2 allowed'],
    ['bad ones before do not spoil the good ones', { failureLimit: 2, count: 2 }, so(1, 2), 0, 'PASSED 2/2 0 in cluster eu-1: good, 2 of 2'],
  ])('%s', (_name, spec, before, value, expected) => {
    const { verdict, passes, failures, message } = judgeMeasurement(gate(spec), before, value, 'eu-1');
    expect(`${verdict} ${passes}/${failures} ${message}`).toBe(expected);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('takes %p for no measurement at all', (value) => {
    expect(() => judgeMeasurement(gate({}), so(0, 0), value, 'eu-1')).toThrow('is no measurement');
  });
});
