import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, type MetricProducer, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { setTimeout as sleep } from 'node:timers/promises';
import { ledgerMetrics } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { NO_LABELS } from '../../packages/evaluator/src/ledger/judging-state.js';
import { raised } from '../../packages/instrumentation/src/guard.js';
import { FunnelMetrics } from '../../packages/instrumentation/src/shadow/funnel-metrics.js';
import { arm, errorsTally, funnel, report, run, runState } from '../evaluator/report.js';

/** An experiment of which there is only what a healthy world has not: pauses, failures of ours, a service set up wrong, people who label, a judge that fails, a candidate that only lacks pairs. */
export const RARE = 'rare';

const INTERVAL_MS = 1000;
const TIMES = 4;
/** Too few to decide by. */
const PAIRS = 100;

/** Lets the service's and the evaluator's own code emit it into a Prometheus, several times, a second apart. */
export async function emitRare(prometheusUrl: string): Promise<void> {
  const judged = ledgerMetrics(() => judgedReport(Date.now()));
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': RARE, 'service.instance.id': RARE }),
    readers: [reader(prometheusUrl, judged)],
  });
  const names = { experiment: RARE, arm: 'small' };
  const metrics = new FunnelMetrics(() => provider.getMeter('rare'), [names]);
  metrics.initialise();
  for (let time = 0; time < TIMES; time += 1) {
    metrics.paused('paused_busy', RARE, true);
    metrics.sameTrace(names);
    raised('tap.request', new Error('made to fail'));
    await provider.forceFlush();
    await sleep(INTERVAL_MS);
  }
  await provider.shutdown();
}

function reader(prometheusUrl: string, producer: MetricProducer): PeriodicExportingMetricReader {
  return new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter({ url: `${prometheusUrl}/api/v1/otlp/v1/metrics` }),
    exportIntervalMillis: 3_600_000,
    metricProducers: [producer],
  });
}

function judgedReport(at: number): ReturnType<typeof report> {
  const labels = {
    ...NO_LABELS,
    offered: 20,
    answered: 20,
    table: [
      [9, 0, 1],
      [0, 0, 0],
      [1, 0, 9],
    ],
  };
  const health = {
    ...EMPTY_HEALTH,
    canaries: { ...EMPTY_HEALTH.canaries, empty: { given: 100, detected: 98, falseWins: 2, tied: 0, abstained: 0 } },
    pairs: { ...EMPTY_HEALTH.pairs, agreed: 90, disagreed: 10 },
    positions: { first: 60, second: 50, tie: 90 },
    abstained: { unauthorized: 3 },
  };
  const judging = {
    judge: 'abc',
    health,
    sensitivity: 0.9,
    unfit: null,
    waitsFor: null,
    waiting: 0,
    openSlices: { judgements: 0, labels: 0 },
  };
  const counted = {
    streams: { _all: { errors: errorsTally(0, PAIRS, 0) } },
    funnel: funnel({ evidence: PAIRS }),
    labels,
  };
  const { snapshot } = report([]);
  return report([runState({ run: run({ name: RARE }), arms: { small: arm(counted) }, judging })], {
    at,
    handledThrough: at,
    producers: snapshot.producers.map((one) => ({ ...one, lastSeen: at, lastSentAt: at })),
    misconfigured: [
      {
        cause: 'rate_zero',
        experiment: RARE,
        count: 1,
        found: 'the rate is 0',
        firstAt: at - 1000,
        lastAt: at,
        by: [],
      },
    ],
  });
}
