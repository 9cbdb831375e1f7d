import type { Result } from '#kernel';
import type { Measurement } from '#wire';
import type { RequestFailure } from '../session/session.ports.js';

/** Where metrics of this cluster are asked for. */
export interface MetricSource {
  /** The one value of a query; everything else is a failure that says what to do. Throws nothing but the reason of `signal`. */
  measure(query: string, signal: AbortSignal): Promise<Result<Measurement, RequestFailure>>;
}

/** How Prometheus is reached: the settings of this agent, and of nobody else. */
export interface PrometheusSettings {
  /** Base URL, without `/api/v1`. */
  readonly url: URL;
  /** Read anew for each question: such tokens change. */
  readonly tokenFile: string | undefined;
  /** Read anew for each question. */
  readonly caFile: string | undefined;
  /** @default 8000 */
  readonly timeoutMs?: number;
}
