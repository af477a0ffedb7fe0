import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import { addPair, emptyTally } from '../../packages/evaluator/src/tally/tally.js';
import { testRun } from '../evaluator/batches.js';
import { describeWithServers } from '../servers/found.js';
import { type Look, Oracle } from './oracle.js';
import { OracleProducer } from './oracle-producer.js';
import { type ArmName, ARMS, CALLS_PER_SECOND, PRODUCERS, SLICE_MS, TIMEOUT_MS, traffic } from './oracle-traffic.js';
import { type OracleWorld, startOracleWorld } from './oracle-world.js';

/** Of traffic: UNDERSTUDY_ORACLE_SECONDS=300 for a long one, in which the candidate has more chances. */
const SECONDS = Number(process.env['UNDERSTUDY_ORACLE_SECONDS'] ?? 10);
/** One of those with which counting pairs as they complete says GO, which six in ten do. */
const SEED = Number(process.env['UNDERSTUDY_ORACLE_SEED'] ?? 7);
const EVALUATORS = 4;
const TICK_MS = 100;
const MARGIN = 0.01;
const MIN_PAIRS = 500;
/** Two candidates, a first run: each is tested at .2 / 4. */
const POLICY = { alpha: 0.2, minPairs: MIN_PAIRS, gates: { errors: { margin: MARGIN } } };
const LEVEL = 0.05;
/** However slow the machine is. */
const MOST_MS = 120_000 + 2 * SECONDS * 1000;

const CALLS = traffic(SEED, SECONDS);
const LAST_MS = Math.max(...CALLS.map(({ resolvedAt }) => resolvedAt));
const GIVEN_UP = CALLS.filter(({ givenUp }) => givenUp);

function oracleAt(start: number): Oracle {
  return new Oracle({ calls: CALLS, start, margin: MARGIN, level: LEVEL, minPairs: MIN_PAIRS });
}

describe('the oracle', () => {
  /** What somebody would say who counts pairs as they complete, so many milliseconds after the start. */
  function naiveLook(at: number, states: Readonly<Record<ArmName, string>>): Look {
    const arms = ARMS.map((arm) => {
      const { wins, ties, losses } = oracleAt(0).evidence(arm, (call) => call.resolvedAt <= at && !call.givenUp);
      const tally = emptyTally((1 - MARGIN) / 2);
      for (const [x, count] of [
        [1, wins],
        [0.5, ties],
        [0, losses],
      ] as const)
        addPair(tally, { safe: x, harm: x, reference: 0, candidate: 0 }, 1, count);
      const bytes = Buffer.from(encodeTally(tally)).toString('base64');
      return [arm, { state: states[arm], reason: '', bytes, stored: 0, late: 0, aside: 0, lost: 0 }] as const;
    });
    return { holder: 1, at, closedThrough: 4000, openCount: 0, final: 0, arms: Object.fromEntries(arms) };
  }

  it('objects to evidence that is not closed, to GO on it, and to numbers that are others', () => {
    const objections = oracleAt(0).objections(naiveLook(5000, { slow: 'go', good: 'hold' }), () => true);
    expect(objections).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^closed through 4000 with call \d+ unresolved$/),
        'GO for slow on evidence through 4000',
        expect.stringMatching(/^slow through 4000: \d+ pairs, not 800$/),
        'slow through 4000: other sums of safe',
        expect.stringMatching(/^good through 4000: \d+ ties, not \d+$/),
      ]),
    );
    expect(oracleAt(0).objections(naiveLook(5000, { slow: 'hold', good: 'hold' }), () => true)).not.toContain(
      'GO for slow on evidence through 4000',
    );
  });

  it('lets the candidate through that never fails, and not the one at its margin', () => {
    const through = Array.from({ length: SECONDS }, (_, slice) => (slice + 1) * SLICE_MS);
    expect(through.some((end) => oracleAt(0).allows('good', end))).toBe(true);
    expect(through.some((end) => oracleAt(0).allows('slow', end))).toBe(false);
  });
});

describeWithServers('four evaluators, judged by an oracle that knows every call', () => {
  let world: OracleWorld;
  beforeAll(async () => {
    world = await startOracleWorld(EVALUATORS);
  }, MOST_MS);
  afterAll(() => world[Symbol.asyncDispose](), MOST_MS);

  const last = (): Look | undefined => world.looks.at(-1);

  async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + MOST_MS;
    while (!(await condition())) {
      if (Date.now() > end) throw new Error(`${what}: never; ${JSON.stringify(last())} ${world.errors.join(', ')}`);
      await sleep(TICK_MS);
    }
  }

  /** Everything that happens to the run beside its traffic, each once. */
  function chaos(start: number, producers: readonly OracleProducer[]): () => Promise<void> {
    const givenUpThrough = start + SLICE_MS * Math.ceil(Math.max(...GIVEN_UP.map(({ at }) => at)) / SLICE_MS);
    const events = [
      { after: start + (SECONDS / 2) * 1000, run: () => world.endSpeaker() },
      { after: givenUpThrough, run: () => Promise.all(producers.map((one) => one.publishGivenUp())) },
    ].toSorted((a, b) => a.after - b.after);
    return async () => {
      const [next] = events;
      if (next === undefined || (last()?.closedThrough ?? 0) < next.after) return;
      events.shift();
      await next.run();
    };
  }

  it(
    'never say GO on evidence it refuses, and count as it does, at every look',
    async () => {
      const start = SLICE_MS * (Math.ceil(Date.now() / SLICE_MS) + 2);
      const run = testRun('oracle', {
        candidates: { slow: { model: 'slow' }, good: { model: 'good' } },
        noise: { rate: 0 },
        policy: POLICY,
        slice: { lengthMs: SLICE_MS, deadlineMs: 600_000 },
        shadow: { timeoutMs: TIMEOUT_MS },
      });
      const sent = new Map<number, number>();
      const producers = Array.from(
        { length: PRODUCERS },
        (_, number) => new OracleProducer(world.queue, run, start, { number, calls: CALLS, sent }),
      );
      for (const producer of producers) await producer.announce();
      const happens = chaos(start, producers);
      await until('the traffic is over', async () => {
        for (const producer of producers) await producer.publish();
        await happens();
        return Date.now() > start + LAST_MS + TICK_MS;
      });
      for (const producer of producers) await producer.publish(true);
      await until('all of it is closed, and what is late is there', async () => {
        await happens();
        const look = last();
        if (look === undefined || look.final < PRODUCERS) return false;
        const late = look.arms['slow']?.late ?? 0;
        return (look.closedThrough ?? 0) >= start + SECONDS * 1000 && late === GIVEN_UP.length;
      });

      const before = last();
      for (const producer of producers) await producer.repeatAll();
      await until(
        'it was all said again',
        async () => (await world.queue.getJobCountByTypes('waiting', 'active')) === 0,
      );
      const heard = world.looks.length;
      await until('and looked at', () => world.looks.length >= heard + 3);
      expect(last()?.arms).toEqual(before?.arms);

      const oracle = oracleAt(start);
      tell(oracle);
      const sentBy = (call: number, at: number): boolean => (sent.get(call) ?? Infinity) <= at;
      expect(world.looks.flatMap((look) => oracle.objections(look, sentBy))).toEqual([]);
      expect(world.errors).toEqual([]);
      const states = (arm: ArmName): ReadonlySet<string> =>
        new Set(world.looks.map(({ arms }) => arms[arm]?.state ?? ''));
      expect(states('slow')).not.toContain('go');
      expect(states('good')).toContain('go');
      // Whoever counts pairs as they complete is fooled by the same calls.
      expect(oracle.fools('slow', SECONDS + TIMEOUT_MS / 1000)).toBe(true);
      // Another evaluator went on where the first one left.
      expect(new Set(world.looks.map(({ holder }) => holder)).size).toBeGreaterThan(1);
      for (const arm of ARMS)
        expect(last()?.arms[arm]).toMatchObject({ stored: CALLS.length, late: GIVEN_UP.length, aside: 0 });
    },
    3 * MOST_MS,
  );

  function tell(oracle: Oracle): void {
    const rows = ARMS.map((arm) => {
      const { state, reason, late } = last()?.arms[arm] ?? { state: '', reason: '', late: 0 };
      const { pairs, missing, wins, losses } = oracle.evidence(arm, () => true);
      const looks = world.looks.filter(({ arms }) => arms[arm]?.state === 'go').length;
      const naive = oracle.fools(arm, SECONDS + TIMEOUT_MS / 1000) ? 'GO' : 'no GO';
      return `${arm}: ${state} (${reason}), GO at ${looks} looks; ${pairs} pairs, ${wins} won, ${losses} lost, ${missing} missing, ${late} late; counted as they complete: ${naive}`;
    });
    const holders = new Set(world.looks.map(({ holder }) => holder)).size;
    console.log(
      `${CALLS.length} calls at ${CALLS_PER_SECOND} a second, ${world.looks.length} looks of ${holders} of ${EVALUATORS} evaluators\n${rows.join('\n')}`,
    );
  }
});
