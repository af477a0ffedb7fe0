import type { RedisServer } from '../../test/servers/redis.js';
import type { ProviderProcess } from '../load/start-provider.js';

/** What goes wrong around the service while it is measured. */
export interface Fault {
  readonly title: string;
  /** An evaluator takes the pairs from the queue. */
  readonly evaluator: boolean;
  /** Nothing of ours is in the process: what the bench itself makes of three arms that are alike. */
  readonly without?: true;
  begin(around: { readonly redis: RedisServer; readonly candidate: ProviderProcess }): Promise<void>;
}

const nothing = (): Promise<void> => Promise.resolve();

export const FAULTS = {
  without: { title: 'without us in all three', evaluator: false, without: true, begin: nothing },
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
