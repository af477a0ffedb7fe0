import { afterAll, beforeAll } from 'vitest';
import type { ExperimentInput, UnderstudyOptions } from '../../packages/instrumentation/src/index.js';
import type { Batch, Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { announced, readQueue, type Service, startService, UNGOVERNED } from '../integration/service-harness.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { type RedisServer, startRedis } from '../servers/redis.js';

/** An experiment that compares functions: samples and A/A-tests everything. */
export function experimentOfCode(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    name: 'of-code',
    content: 'full',
    candidate: { version: '1' },
    sample: { rate: 1 },
    noise: { rate: 1 },
    slice: { lengthMs: 1000 },
    governor: UNGOVERNED,
    ...change,
  };
}

/** No A/A leg, and so no gate that is measured against it. */
export const WITHOUT_NOISE: Partial<ExperimentInput> = { noise: { rate: 0 }, policy: { gates: { errors: {} } } };

/** A provider that is closed with its test. */
export async function providerOfTest(): Promise<Provider & AsyncDisposable> {
  const provider = await startProvider();
  return { ...provider, [Symbol.asyncDispose]: async () => await provider.close() };
}

/** A service whose queue is read once, by the test that has filled it. */
export interface ServiceOfTest extends Service {
  /** Waits for all legs, and gives what this service put on the queue. */
  batches(): Promise<readonly Batch[]>;
  trials(): Promise<readonly Trial[]>;
}

/** One Redis for the tests of a file, and services that use it. */
export function servicesOnRedis(): (options: UnderstudyOptions) => Promise<ServiceOfTest> {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => await redis?.stop());

  return async (options) => {
    const url = redis?.url ?? '';
    const before = new Set((await readQueue(url)).map(({ producer }) => producer));
    const service = startService({ queueUrl: url, ...options });
    await announced(service);
    const batches = async (): Promise<readonly Batch[]> => {
      await service.understudy.flush();
      return (await readQueue(url)).filter(({ producer }) => !before.has(producer));
    };
    return { ...service, batches, trials: async () => (await batches()).flatMap((batch) => batch.trials) };
  };
}
