import { issuesUnder, type FieldIssue } from '../../field-issue.js';
import { parseName } from '../../names.js';
import { selectorOf, type SelectorInput } from '../../selector/selector-of.js';
import { validateSelector } from '../../selector/validate-selector.js';
import { metricQueryProblem } from '../metric/resolve-metric-query.js';
import type { GateSpec, JobGateSpec, MetricGateSpec, RolloutGateSpec, ValidatorGateSpec } from './gate-spec.js';

type Maybe<T> = T | null | undefined;

/** Lengths of time are milliseconds in all inputs. */
export interface MetricGateInput {
  readonly query?: Maybe<string>;
  readonly min?: Maybe<number>;
  readonly max?: Maybe<number>;
  readonly interval?: Maybe<number>;
  readonly count?: Maybe<number>;
  readonly failureLimit?: Maybe<number>;
  readonly deadline?: Maybe<number>;
}
export interface JobGateInput {
  readonly name?: Maybe<string>;
  readonly deadline?: Maybe<number>;
}
export interface ValidatorGateInput {
  readonly name?: Maybe<string>;
  readonly interval?: Maybe<number>;
  readonly deadline?: Maybe<number>;
}
export interface RolloutGateInput {
  readonly application?: Maybe<string>;
  readonly release?: Maybe<number>;
  readonly clusters?: Maybe<SelectorInput>;
  readonly deadline?: Maybe<number>;
}

export interface ReadGate<S extends GateSpec = GateSpec> {
  readonly spec: S;
  readonly issues: readonly FieldIssue[];
}

const DEFAULT_INTERVAL_SECONDS = 60;
const DEFAULT_DEADLINE_SECONDS = 600;
const SHORTEST_INTERVAL_SECONDS = 1;
const LONGEST_SECONDS = 30 * 86_400;
const MAX_QUERY_LENGTH = 4_096;
const MAX_COUNT = 1_000;

/** Each of these reads one kind of gate, with everything that is wrong with it, paths from the gate. Pure. */
export function metricGateOf(input: MetricGateInput, name: string): ReadGate<MetricGateSpec> {
  const query = (input.query ?? '').trim();
  const { min, max } = input;
  const bounds = [min, max].filter((bound) => bound !== null && bound !== undefined);
  const interval = secondsAt(['metric', 'interval'], input.interval, DEFAULT_INTERVAL_SECONDS);
  const deadline = secondsAt(['metric', 'deadline'], input.deadline, DEFAULT_DEADLINE_SECONDS);
  const count = countAt(['metric', 'count'], input.count, 1, 1);
  const failureLimit = countAt(['metric', 'failureLimit'], input.failureLimit, 0, 0);
  const issues: FieldIssue[] = [...interval.issues, ...deadline.issues, ...count.issues, ...failureLimit.issues];
  if (query === '') issues.push({ code: 'REQUIRED', path: ['metric', 'query'], message: 'Give the PromQL query; it must have one value.' });
  if (query.length > MAX_QUERY_LENGTH) issues.push({ code: 'INVALID_VALUE', path: ['metric', 'query'], message: `At most ${MAX_QUERY_LENGTH} characters; a recording rule makes it shorter.` });
  const problem = metricQueryProblem(query);
  if (problem !== undefined) issues.push({ code: 'INVALID_VALUE', path: ['metric', 'query'], message: problem });
  if (bounds.length === 0) issues.push({ code: 'REQUIRED', path: ['metric'], message: 'Say what is good: the least value (min), the greatest (max), or both.' });
  if (bounds.some((bound) => !Number.isFinite(bound))) issues.push({ code: 'INVALID_VALUE', path: ['metric'], message: 'min and max are finite numbers.' });
  if (min !== null && min !== undefined && max !== null && max !== undefined && min > max) issues.push({ code: 'INVALID_VALUE', path: ['metric', 'min'], message: `No value is at least ${min} and at most ${max}.` });
  if (issues.length === 0 && (count.value - 1) * interval.value >= deadline.value) issues.push({ code: 'INVALID_VALUE', path: ['metric', 'deadline'], message: `${count.value} measurements, one every ${interval.value}s, do not fit into ${deadline.value}s.` });
  return {
    spec: {
      kind: 'METRIC', name, query, intervalSeconds: interval.value, count: count.value, failureLimit: failureLimit.value, deadlineSeconds: deadline.value,
      ...(min === null || min === undefined ? {} : { min }), ...(max === null || max === undefined ? {} : { max }),
    },
    issues,
  };
}

export function jobGateOf(input: JobGateInput, name: string): ReadGate<JobGateSpec> {
  const deadline = secondsAt(['job', 'deadline'], input.deadline, DEFAULT_DEADLINE_SECONDS);
  return { spec: { kind: 'JOB', name, job: input.name ?? '', deadlineSeconds: deadline.value }, issues: [...namedAt(['job', 'name'], input.name, 'the Job of the release'), ...deadline.issues] };
}

export function validatorGateOf(input: ValidatorGateInput, name: string): ReadGate<ValidatorGateSpec> {
  const interval = secondsAt(['validator', 'interval'], input.interval, DEFAULT_INTERVAL_SECONDS);
  const deadline = secondsAt(['validator', 'deadline'], input.deadline, DEFAULT_DEADLINE_SECONDS);
  return {
    spec: { kind: 'VALIDATOR', name, validator: input.name ?? '', intervalSeconds: interval.value, deadlineSeconds: deadline.value },
    issues: [...namedAt(['validator', 'name'], input.name, 'the validator of the project'), ...interval.issues, ...deadline.issues],
  };
}

export function rolloutGateOf(input: RolloutGateInput, name: string): ReadGate<RolloutGateSpec> {
  const { release } = input;
  const clusters = input.clusters === null || input.clusters === undefined ? undefined : selectorOf(input.clusters);
  const deadline = input.deadline === null || input.deadline === undefined ? undefined : secondsAt(['rollout', 'deadline'], input.deadline, 0);
  const isRelease = release === null || release === undefined || (Number.isInteger(release) && release >= 1);
  return {
    spec: {
      kind: 'ROLLOUT', name, application: input.application ?? '', ...(release === null || release === undefined ? {} : { release }), ...(clusters === undefined ? {} : { clusters }),
      ...(deadline === undefined ? {} : { deadlineSeconds: deadline.value }),
    },
    issues: [
      ...namedAt(['rollout', 'application'], input.application, 'the application that must have come as far'),
      ...(isRelease ? [] : [{ code: 'INVALID_VALUE', path: ['rollout', 'release'], message: 'The number of a release, from 1.' } as const]),
      ...(clusters === undefined ? [] : issuesUnder(['rollout', 'clusters'], validateSelector(clusters))), ...(deadline?.issues ?? []),
    ],
  };
}

function namedAt(path: readonly string[], name: Maybe<string>, what: string): readonly FieldIssue[] {
  if (parseName(name ?? '').ok) return [];
  return [{ code: (name ?? '') === '' ? 'REQUIRED' : 'INVALID_NAME', path, message: `Name ${what}: 1 to 63 lower-case letters, digits and dashes.` }];
}

interface Read<T> {
  readonly value: T;
  readonly issues: readonly FieldIssue[];
}

function secondsAt(path: readonly string[], ms: Maybe<number>, absent: number): Read<number> {
  if (ms === null || ms === undefined) return { value: absent, issues: [] };
  const value = Math.ceil(ms / 1_000);
  const isLength = value >= SHORTEST_INTERVAL_SECONDS && value <= LONGEST_SECONDS;
  return { value, issues: isLength ? [] : [{ code: 'INVALID_VALUE', path, message: 'At least 1s, and at most 720h, which is 30 days.' }] };
}

function countAt(path: readonly string[], written: Maybe<number>, absent: number, least: 0 | 1): Read<number> {
  const value = written ?? absent;
  const isCount = Number.isInteger(value) && value >= least && value <= MAX_COUNT;
  return { value, issues: isCount ? [] : [{ code: 'INVALID_VALUE', path, message: `A whole number from ${least} to ${MAX_COUNT}.` }] };
}
