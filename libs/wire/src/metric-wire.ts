import type { Result } from '#kernel';
import type { MeasureMetric as WireQuestion, Measurement as WireMeasurement } from './generated/capstan/agent/v1/session.js';
import { decoding, malformed, type WireFailure } from './wire-failure.js';
import { readText } from './wire-values.js';

export interface Measurement {
  /** Finite. */
  readonly value: number;
  /** What Prometheus warns of, such as data that is not complete. */
  readonly warnings: readonly string[];
}

/** A query with all its values put in. */
const MAX_QUERY = 256 * 1024;
const MAX_WARNINGS = 3;
const MAX_WARNING = 200;

export function encodeMeasureMetric(query: string): WireQuestion {
  return { query };
}

export function decodeMeasureMetric({ query }: WireQuestion): Result<string, WireFailure> {
  return decoding('measure_metric', () => (query === '' || query.length > MAX_QUERY ? malformed('measure_metric.query') : query));
}

export function encodeMeasurement({ value, warnings }: Measurement): WireMeasurement {
  return { value, warnings: warnings.slice(0, MAX_WARNINGS).map((warning) => warning.slice(0, MAX_WARNING).toWellFormed()) };
}

/** A number that can be compared: neither NaN nor infinite, whatever an agent sends. */
export function decodeMeasurement({ value, warnings }: WireMeasurement): Result<Measurement, WireFailure> {
  return decoding('measurement', () => (Number.isFinite(value) ? { value, warnings: warnings.slice(0, MAX_WARNINGS).map((warning) => readText(warning, MAX_WARNING)) } : malformed('measurement.value')));
}
