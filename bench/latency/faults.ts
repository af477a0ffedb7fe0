import type { RedisServer } from '../../test/servers/redis.js';
import type { ProviderProcess } from '../load/start-provider.js';
import type { Third } from './client.js';

/** What goes wrong around the service while it is measured. */
export interface Fault {
  readonly title: string;
  /** An evaluator takes the pairs from the queue. */
  readonly evaluator: boolean;
  /** What the third arm has instead of us: nothing, which shows what the bench makes of three arms that are alike, or the least there is. */
  readonly third?: Exclude<Third, 'ours'>;
  begin(around: { readonly redis: RedisServer; readonly candidate: ProviderProcess }): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

export const FAULTS = {
  without: { title: 'without us in all three', evaluator: false, third: 'nothing', begin: nothing },
  by_hand: { title: 'a span and metrics by hand, without us', evaluator: false, third: 'by hand', begin: nothing },
  healthy: { title: 'healthy', evaluator: true, begin: nothing },
  evaluator_absent: { title: 'evaluator absent', evaluator: false, begin: nothing },
  candidate_hanging: {
    title: 'candidate hangs',
    evaluator: false,
    begin: ({ candidate }) => candidate.order({ models: 'hanging' }),
  },
  candidate_failing: {
    title: 'candidate answers 500',
    evaluator: false,
    begin: ({ candidate }) => candidate.order({ models: 'failing' }),
  },
  candidate_resetting: {
    title: 'candidate resets its connections',
    evaluator: false,
    begin: ({ candidate }) => candidate.order({ models: 'resetting' }),
  },
  redis_stopped: {
    title: 'Redis stopped (SIGSTOP)',
    evaluator: false,
    begin: ({ redis }) => Promise.resolve(redis.pause()),
  },
  redis_down: { title: 'Redis killed', evaluator: false, begin: ({ redis }) => redis.kill() },
  collector_hanging: {
    title: 'OTLP collector hangs',
    evaluator: false,
    begin: ({ candidate }) => candidate.order({ collector: 'hanging' }),
  },
  collector_down: {
    title: 'OTLP collector down',
    evaluator: false,
    begin: ({ candidate }) => candidate.order({ collector: 'down' }),
  },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof FAULTS;
