import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { metricNames } from './metric-names.js';

/** Beyond it a label has no new values: OpenTelemetry gathers the rest under `otel_metric_overflow`. */
const mostSeries = 2_000;

/** The metrics of this process, whichever services run in it, as OpenTelemetry measures them and Prometheus reads them. */
export class ProcessMetrics {
  readonly meter: Meter;
  private readonly exporter = new PrometheusExporter({ preventServerStart: true });
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

  constructor() {
    const views = [{ instrumentName: '*', aggregationCardinalityLimit: mostSeries }];
    this.meter = new MeterProvider({ readers: [this.exporter], views }).getMeter('chain-of-command');
    this.watchEventLoop();
  }

  /** In Prometheus' text format. What cannot be observed just now is left out. */
  async text(): Promise<string> {
    const { resourceMetrics } = await this.exporter.collect();
    return this.serializer.serialize(resourceMetrics);
  }

  private watchEventLoop(): void {
    const delay = monitorEventLoopDelay({ resolution: 20 });
    delay.enable();
    const description = 'How long the event loop of the process was held up, since the last look';
    this.meter.createObservableGauge(metricNames.eventLoopDelay, { description, unit: 's' }).addCallback((result) => {
      for (const quantile of [50, 99]) result.observe(delay.percentile(quantile) / 1e9, { quantile: quantile / 100 });
      delay.reset();
    });
  }
}

let metrics: ProcessMetrics | undefined;

/** One a process: the embedded services share it, and their metrics are read in one place. */
export function processMetrics(): ProcessMetrics {
  return (metrics ??= new ProcessMetrics());
}
