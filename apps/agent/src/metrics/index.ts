export { NO_PROMETHEUS, Prometheus } from './prometheus.js';
export type { MetricSource, PrometheusSettings } from './prometheus.ports.js';
