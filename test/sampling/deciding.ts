import { callOf } from '../../packages/instrumentation/src/capture/call.test.support.js';
import type { Call } from '../../packages/instrumentation/src/capture/call.js';
import type { Experiment, ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { runOf } from '../../packages/instrumentation/src/experiment/run.js';
import type { CallRules } from '../../packages/instrumentation/src/sample/call-view.js';
import { createDecide, type Decision } from '../../packages/instrumentation/src/sample/decide.js';
import type { Random } from '../simulation/random.js';

/** What producers share once they are connected. */
const SALT: Uint8Array = Buffer.alloc(32, 7);

/** Rules of every sort, and the share that they draw of each kind of call. */
export const BY_RULES: {
  readonly experiment: Partial<ExperimentInput>;
  readonly rates: Readonly<Record<string, number>>;
} = {
  experiment: {
    segments: { attribute: 'route' },
    sample: {
      rate: 0.3,
      rules: [
        { segment: 'refunds', rate: 1 },
        { model: '*-mini', rate: 0.05 },
        { attribute: 'job', value: 'bulk*', rate: 0.1 },
        { header: 'X-Tenant', value: 'acme', rate: 0.6 },
      ],
    },
  },
  rates: { mini: 0.05, bulk: 0.1, refunds: 1, acme: 0.6, other: 0.3 },
};

/** A process's decider: state of its own, the salt shared. */
export function instance(
  change: Partial<ExperimentInput> = {},
  rules: CallRules = {},
): { experiment: Experiment; decide: (call: Call, callId: string) => Decision } {
  const experiment = resolveExperiment({ name: 'e', candidates: { a: {}, b: {} }, content: 'full', ...change });
  const decide = createDecide({ experiment, run: runOf(experiment), rules });
  return { experiment, decide: (call, callId) => decide(call, callId, SALT) };
}

export function hexId(random: Random, digits = 32): string {
  return Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('');
}

/** A call of a trace of its own, unless `change` says otherwise. */
export function aCall(random: Random, change: Parameters<typeof callOf>[0] & { model?: string } = {}): Call {
  const { model = 'gpt-5', ...rest } = change;
  return callOf({
    startedAt: Date.UTC(2026, 10, 21),
    request: { operation: 'chat', model, stream: false },
    spanReference: { traceId: hexId(random), spanId: 'b'.repeat(16) },
    ...rest,
  });
}

/** Five standard deviations of a binomial count: a true share misses it once in 1.7 million runs. */
export function spread(count: number, rate: number): number {
  return 5 * Math.sqrt(count * rate * (1 - rate));
}
