import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** The metrics of one hub, for /metrics. Names begin with `capstan_`; labels have few values and never a secret. */
export class Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name: `capstan_${name}`, help, labelNames: [...labelNames], registers: [this.#registry] });
  }

  histogram<L extends string>(name: string, help: string, labelNames: readonly L[], buckets: readonly number[]): Histogram<L> {
    return new Histogram({ name: `capstan_${name}`, help, labelNames: [...labelNames], buckets: [...buckets], registers: [this.#registry] });
  }

  /** A gauge that is read when somebody scrapes. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({ name: `capstan_${name}`, help, registers: [this.#registry], collect: () => gauge.set(read()) });
  }

  /** One for each name that `read` gives when somebody scrapes; what it does not give has no value. `read` must not throw. */
  gauges(name: string, help: string, labelName: string, read: () => Promise<ReadonlyMap<string, number>>): void {
    const gauge: Gauge = new Gauge({
      name: `capstan_${name}`, help, labelNames: [labelName], registers: [this.#registry],
      collect: async () => {
        const values = await read();
        gauge.reset();
        for (const [value, count] of values) gauge.set({ [labelName]: value }, count);
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Lets go of everything: the default metrics hold an observer of the event loop. */
  close(): void {
    this.#registry.clear();
  }
}
