/** One of several evaluators: `oracle-evaluator.ts QUEUE_URL LEDGER_URL`. It tells of each look, and ends in an orderly way on SIGTERM. */
import { startEvaluator } from '../../packages/evaluator/dist/evaluator.js';
import { encodeTally } from '../../packages/evaluator/dist/tally/codec.js';
import type { Look } from './oracle.js';

const [queueUrl = '', ledgerUrl = ''] = process.argv.slice(2);
const telemetry = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 60_000, serviceName: 'oracle' };

const evaluator = await startEvaluator({
  config: { queueUrl, ledgerUrl, telemetry },
  events: {
    onReport(report) {
      const [run] = report?.snapshot.runs ?? [];
      if (report === null || run === undefined) return;
      const arms = report.standings.map(({ arm, state, verdict }) => {
        const tally = state.streams['_all']?.errors;
        const bytes = tally === undefined ? null : Buffer.from(encodeTally(tally)).toString('base64');
        const { stored, late, aside, lost } = state.funnel;
        return [arm, { state: verdict.state, reason: verdict.reason, bytes, stored, late, aside, lost }] as const;
      });
      const look: Look = {
        holder: process.pid,
        at: report.snapshot.at,
        closedThrough: run.closedThrough,
        openCount: run.openCount,
        final: report.snapshot.producers.filter(({ state }) => state === 'final').length,
        arms: Object.fromEntries(arms),
      };
      process.send?.({ look });
    },
    onError: (what, error) => {
      // It exports nothing on purpose, and is told so.
      if (what !== 'set up wrong') process.send?.({ error: `${what}: ${String(error)}` });
    },
  },
});
process.once('SIGTERM', () => void evaluator.close().then(() => process.exit(0)));
process.send?.({ ready: true });
