import type { RedisServer } from '../../test/servers/redis.js';
import type { EvaluatorProcess } from '../load/start-evaluator.js';
import type { ProviderProcess } from '../load/start-provider.js';

/** What a soak may break. */
export interface Around {
  readonly redis: RedisServer;
  readonly candidate: ProviderProcess;
  readonly collector: ProviderProcess;
  readonly evaluator: EvaluatorProcess;
}

/** A fault that begins with a minute and is over before the minute is. */
export interface SoakFault {
  readonly title: string;
  readonly forMs: number;
  begin(around: Around): Promise<void>;
  end(around: Around): Promise<void>;
}

const ok = ({ candidate }: Around): Promise<void> => candidate.order({ models: 'ok' });

/** One a minute, in turn. */
export const SOAK_FAULTS: readonly SoakFault[] = [
  {
    title: 'candidate 500',
    forMs: 15_000,
    begin: ({ candidate }) => candidate.order({ models: 'error' }),
    end: ok,
  },
  {
    title: 'Redis stopped',
    forMs: 10_000,
    begin: ({ redis }) => Promise.resolve(redis.pause()),
    end: ({ redis }) => Promise.resolve(redis.resume()),
  },
  {
    title: 'candidate hangs',
    forMs: 15_000,
    begin: ({ candidate }) => candidate.order({ models: 'slow' }),
    end: ok,
  },
  {
    title: 'OTLP down',
    forMs: 15_000,
    begin: ({ collector }) => collector.order({ collector: 'down' }),
    end: ({ collector }) => collector.order({ collector: 'ok' }),
  },
  {
    title: 'Redis restarted',
    forMs: 5000,
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
  {
    title: 'candidate resets',
    forMs: 15_000,
    begin: ({ candidate }) => candidate.order({ models: 'reset' }),
    end: ok,
  },
  {
    title: 'evaluator stopped',
    forMs: 15_000,
    begin: ({ evaluator }) => evaluator.stop(),
    end: ({ evaluator }) => evaluator.restart(),
  },
];
