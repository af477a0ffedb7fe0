import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NANO_USD, nanoUsd } from '@understudy/instrumentation/experiment';
import { afterAll, expect, it } from 'vitest';
import { openBudgets } from '../../packages/evaluator/src/queue/budgets.js';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';
import { describeWithServers } from '../servers/found.js';
import { startPostgres } from '../servers/postgres.js';
import { startRedis } from '../servers/redis.js';
import { seeded } from '../simulation/random.js';
import { Fleet } from './budget-fleet.js';
import { PRICE, Provider } from './budget-provider.js';
import { report } from './report.js';
import { SCALE, scaled } from './scale.js';

const USD = 10 * SCALE;
const PROCESSES = 5;
const PER_SECOND = 10;
/** SIGKILLs while there is money, each as a random part of it has been charged. */
const KILLS = scaled(40, 3);
/** Whether the money is used: being careful, and processes that are killed, must not cost most of it. They cost more of a small budget. */
const LEAST_USED = SCALE === 1 ? 0.7 : 0.4;

interface Place {
  readonly url: string;
  end(): Promise<void>;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  Redis: async () => {
    const server = await startRedis();
    return { url: server.url, end: () => server.stop() };
  },
  PostgreSQL: async () => {
    const server = await startPostgres();
    return { url: server.url, end: () => server.stop() };
  },
  embedded: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-spent-'));
    return { url: `embedded:${folder}`, end: () => rm(folder, { recursive: true, force: true }) };
  },
};

const experiment = (provider: string): object => ({
  name: 'spending',
  candidate: { model: 'mini', baseUrl: `${provider}/v1` },
  sample: { rate: 1 },
  noise: { rate: 0 },
  budget: { usd: USD, prices: { mini: PRICE } },
  content: 'none',
  policy: { gates: { errors: {} } },
  shadow: { timeoutMs: 5000 },
  // A busy machine must not be what spares the money.
  governor: { eventLoopMs: 10_000, eventLoopShare: 1, heapShare: 0.99 },
});

interface Seen {
  readonly place: string;
  readonly provider: Provider;
  readonly kills: number;
  readonly refused: number;
  readonly known: number;
  readonly afterwards: number;
  readonly seconds: number;
}

const refusedBy = (fleet: Fleet): number =>
  fleet.count('dropped budget candidate') + fleet.count('dropped spent candidate');

async function spend(place: string, { url }: Place, store: Store, seed: number): Promise<Seen> {
  const limit = nanoUsd(USD);
  await using provider = await Provider.start(seeded(seed), limit);
  await using fleet = new Fleet(
    {
      provider: provider.hosts.primary,
      queueUrl: url,
      experiment: experiment(provider.hosts.shadow),
      perSecond: PER_SECOND,
    },
    seeded(seed + 1),
    PROCESSES,
  );
  const random = seeded(seed + 2);
  const killAt = Array.from({ length: KILLS }, () => random.next() * limit * 0.95).toSorted((a, b) => a - b);
  const startedAt = performance.now();
  const until = async (what: string, done: () => boolean, timeoutMs = 600_000): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while (!done()) {
      if (performance.now() > deadline) throw new Error(`${what} never came; ${fleet.errors}`);
      for (; (killAt[0] ?? Infinity) <= provider.billed; killAt.shift()) fleet.kill();
      await sleep(20);
    }
  };
  await until('a quarter', () => provider.billed >= limit * 0.25);
  provider.mood = 'refusing';
  await until('an end of the refusals', () => provider.started.refusing >= scaled(200, 10));
  provider.mood = 'resetting';
  await until('an end of the resets', () => provider.started.resetting >= scaled(50, 3));
  provider.mood = 'usual';
  await until('two fifths', () => provider.billed >= limit * 0.4);
  provider.mood = 'dear';
  // Longer than a lease lasts: what a killed process held comes back, and is spent as well.
  const quiet = (): boolean => performance.now() - provider.lastStartedAt > 15_000;
  await until('the end of the money', () => provider.billed >= limit * 0.5 && quiet());
  const seconds = (performance.now() - startedAt) / 1000;
  // All of them run, and nothing starts but what money pays for that comes back.
  const before = {
    refused: refusedBy(fleet),
    started: provider.started.dear,
    primaries: provider.primaries,
  };
  await sleep(2000);
  fleet.kill();
  await sleep(5000);
  const reader = openBudgets(store);
  const known = (await reader.read()).find((budget) => budget.experiment === 'spending')?.spent ?? 0;
  await reader.close();
  expect(refusedBy(fleet)).toBeGreaterThan(before.refused);
  expect(provider.primaries).toBeGreaterThan(before.primaries);
  return {
    place,
    provider,
    kills: fleet.kills,
    refused: refusedBy(fleet),
    known,
    afterwards: provider.started.dear - before.started,
    seconds,
  };
}

describeWithServers('a budget', () => {
  const seen: Seen[] = [];

  it.each(Object.keys(PLACES).map((place, index) => [place, index] as const))(
    'on %s is not exceeded by processes that are killed, a price that rises tenfold, and errors',
    async (name, index) => {
      const place = await (PLACES[name] as () => Promise<Place>)();
      const store = await openStore(place.url, { memory: true });
      try {
        const one = await spend(name, place, store, 11 + index);
        seen.push(one);
        const { provider } = one;
        expect(provider.billed).toBeLessThanOrEqual(nanoUsd(USD) + (provider.atTheCap?.cost ?? 0));
        expect(provider.startedAfterCap).toBe(0);
        // Money that comes back late may pay for another call; none is made on credit.
        expect(one.afterwards === 0 || provider.billed <= nanoUsd(USD)).toBe(true);
        expect(provider.billed).toBeGreaterThanOrEqual(nanoUsd(USD) * LEAST_USED);
        for (const mood of ['refusing', 'resetting', 'dear'] as const)
          expect(provider.started[mood]).toBeGreaterThan(0);
      } finally {
        await store.close();
        await place.end();
      }
    },
  );

  afterAll(() => {
    const usd = (nano: number): string => `$${(nano / NANO_USD).toFixed(3)}`;
    report(
      'budget',
      {
        columns: [
          'store',
          'budget',
          'charged by the provider',
          'of the budget',
          'taken for spent',
          'under way at the cap',
          'started after it',
          'calls: usual, refused, reset, tenfold',
          'most at once',
          'kills',
          'not started for the budget',
          'seconds',
        ],
        rows: seen.map(({ place, provider, kills, refused, known, seconds }) => {
          const { usual, refusing, resetting, dear } = provider.started;
          const cap = provider.atTheCap;
          return [
            place,
            `$${USD}`,
            usd(provider.billed),
            `${((100 * provider.billed) / nanoUsd(USD)).toFixed(1)} %`,
            usd(known),
            cap === null ? 'not reached' : `${cap.inFlight}, ${usd(cap.cost)}`,
            provider.startedAfterCap,
            [usual, refusing, resetting, dear].join(', '),
            provider.mostInFlight,
            kills,
            refused,
            seconds.toFixed(0),
          ];
        }),
      },
      [
        `${PROCESSES} processes of ${PER_SECOND} calls a second, all shadowed, one of them killed (SIGKILL) ${KILLS} times at random and started again. At a quarter of the money ` +
          'the candidate answers every call with 500 or 429 and `retry-after: 0`, then takes the money and resets; from two fifths on it counts ten times the tokens, far over the limit ' +
          'each request sets. "Taken for spent" is what the store says: the rest of it are calls of killed processes that never started, or cost less than they might have.',
      ],
    );
  });
});
