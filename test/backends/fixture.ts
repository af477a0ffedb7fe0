/**
 * What a file of the suite (`*.backends.ts`) begins with. One world runs for all of them (setup.ts): three processes of a service, with
 * streams, tools, errors and the candidates `mini` (good) and `nano` (bad), of which 2,000 calls were made and compared before the first
 * test; the experiment is `support-mini`, its segments are refunds, delivery, account, returns. Evaluators, Jaeger and Prometheus go on
 * running, so gauges stay fresh; what is counted no longer changes. By hand: `npm run test:backends`.
 *
 *     const { prometheus, jaeger, facts } = backends();
 *     await prometheus.query('sum by (arm) (understudy_pairs_total)');       // throws where Prometheus finds fault with it
 *     await using ledger = openLedgerReader();                                // what must be found
 *     (await ledger.pairs()).filter(({ arm, facts }) => arm === 'nano' && facts.shadow.status === 'error');
 *
 * What a call was planned to be: `plannedCall(number)` of world/traffic.ts, by `LedgerPair.number`. All of it happened between
 * `facts.startedAt` and `facts.settledAt` (epoch ms): for a range query take these, at a step of 1 s, rates over 10s or more.
 *
 * A file that needs other rules, scrapes or alerts starts its own servers (`startPrometheus`, `startAlertmanager`, of servers/), and gives
 * them back: `await using server = await startPrometheus({ rules: [path], alertmanagers: ['127.0.0.1:1234'] })`. promtool, amtool:
 * `await findProgram('promtool')` of servers/find-program.ts. Metrics get into a Prometheus by OTLP: POST to
 * `${url}/api/v1/otlp/v1/metrics`, in protobuf only (@opentelemetry/exporter-metrics-otlp-proto).
 */
import { inject } from 'vitest';
import { type Jaeger, jaegerAt } from './clients/jaeger.js';
import { type Prometheus, prometheusAt } from './clients/prometheus.js';
import { type LedgerReader, readLedger } from './world/ledger.js';
import type { WorldFacts } from './world/world.js';

interface Backends {
  readonly facts: WorldFacts;
  readonly jaeger: Jaeger;
  readonly prometheus: Prometheus;
}

export function backends(): Backends {
  const facts = inject('world');
  return { facts, jaeger: jaegerAt(facts.jaegerUrl), prometheus: prometheusAt(facts.prometheusUrl) };
}

export function openLedgerReader(): LedgerReader {
  return readLedger(inject('world').ledgerUrl);
}
