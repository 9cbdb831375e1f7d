import { describe, expect, it } from '@jest/globals';
import type { GateSpec } from './gate-spec.js';
import { gatesOf, type GateInput } from './validate-gates.js';

const read = (input: GateInput): { readonly spec: GateSpec | undefined; readonly issues: readonly string[] } => {
  const { value, issues } = gatesOf([{ name: 'x', ...input }], [], []);
  return { spec: value[0], issues: issues.map((issue) => `${issue.code} ${issue.path.join('.')}: ${issue.message}`) };
};

describe('gates that are checked', () => {
  it.each<[string, GateInput, GateSpec]>([
    ['a metric with every default', { metric: { query: ' up ', min: 1 } }, { kind: 'METRIC', name: 'x', query: 'up', min: 1, intervalSeconds: 60, count: 1, failureLimit: 0, deadlineSeconds: 600 }],
    ['a metric with all that can be said', { metric: { query: 'up', min: 0, max: 1, interval: 5_000, count: 3, failureLimit: 2, deadline: 30_000 } }, { kind: 'METRIC', name: 'x', query: 'up', min: 0, max: 1, intervalSeconds: 5, count: 3, failureLimit: 2, deadlineSeconds: 30 }],
    ['a Job', { job: { name: 'smoke' } }, { kind: 'JOB', name: 'x', job: 'smoke', deadlineSeconds: 600 }],
    ['a validator', { validator: { name: 'change-board', deadline: 3_600_000 } }, { kind: 'VALIDATOR', name: 'x', validator: 'change-board', intervalSeconds: 60, deadlineSeconds: 3_600 }],
    ['another application', { rollout: { application: 'queue' } }, { kind: 'ROLLOUT', name: 'x', application: 'queue' }],
    ['a release of another application, somewhere', { rollout: { application: 'queue', release: 7, clusters: { all: true }, deadline: 60_000 } }, { kind: 'ROLLOUT', name: 'x', application: 'queue', release: 7, clusters: { all: true, matchLabels: {}, matchExpressions: [] }, deadlineSeconds: 60 }],
  ])('reads %s', (_name, input, spec) => {
    expect(read(input)).toEqual({ spec, issues: [] });
  });

  it.each<[string, GateInput, string]>([
    ['no query', { metric: { max: 1 } }, 'REQUIRED 0.metric.query: Give the PromQL query; it must have one value.'],
    ['a query that is too long', { metric: { query: 'x'.repeat(5_000), max: 1 } }, 'INVALID_VALUE 0.metric.query: At most 4096 characters; a recording rule makes it shorter.'],
    ['a template outside of quotes', { metric: { query: 'up > {{ cluster.facts.nodes }}', max: 1 } }, 'INVALID_VALUE 0.metric.query: {{ cluster.facts.nodes }} must stand inside quotes, as in cluster="{{ cluster.facts.nodes }}".'],
    ['no bound', { metric: { query: 'up' } }, 'REQUIRED 0.metric: Say what is good: the least value (min), the greatest (max), or both.'],
    ['bounds that leave nothing', { metric: { query: 'up', min: 2, max: 1 } }, 'INVALID_VALUE 0.metric.min: No value is at least 2 and at most 1.'],
    ['a bound that is no number', { metric: { query: 'up', max: Number.NaN } }, 'INVALID_VALUE 0.metric: min and max are finite numbers.'],
    ['no measurements', { metric: { query: 'up', max: 1, count: 0 } }, 'INVALID_VALUE 0.metric.count: A whole number from 1 to 1000.'],
    ['more measurements than there is time for', { metric: { query: 'up', max: 1, count: 11, interval: 60_000 } }, 'INVALID_VALUE 0.metric.deadline: 11 measurements, one every 60s, do not fit into 600s.'],
    ['no time at all', { metric: { query: 'up', max: 1, deadline: 0 } }, 'INVALID_VALUE 0.metric.deadline: At least 1s, and at most 720h, which is 30 days.'],
    ['a Job without a name', { job: {} }, 'REQUIRED 0.job.name: Name the Job of the release: 1 to 63 lower-case letters, digits and dashes.'],
    ['a validator that has no such name', { validator: { name: 'A B' } }, 'INVALID_NAME 0.validator.name: Name the validator of the project: 1 to 63 lower-case letters, digits and dashes.'],
    ['no application', { rollout: {} }, 'REQUIRED 0.rollout.application: Name the application that must have come as far: 1 to 63 lower-case letters, digits and dashes.'],
    ['half a release', { rollout: { application: 'queue', release: 1.5 } }, 'INVALID_VALUE 0.rollout.release: The number of a release, from 1.'],
    ['two things', { job: { name: 'a' }, metric: { query: 'up', max: 1 } }, 'INVALID_VALUE 0: Say the one thing that the gate waits for: approval, window, metric, job, validator or rollout.'],
  ])('refuses %s', (_name, input, issue) => {
    expect(read(input).issues).toEqual([issue]);
  });
});
