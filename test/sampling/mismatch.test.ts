import type { RunId } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { sampleMismatch } from '../../packages/evaluator/src/decide/sample-ratio.js';
import type { ProducerDraws } from '../../packages/evaluator/src/ledger/snapshot.js';
import type { Call } from '../../packages/instrumentation/src/capture/call.js';
import type { ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { DrawCounts } from '../../packages/instrumentation/src/queue/draw-counts.js';
import { type Random, seeded } from '../simulation/random.js';
import { SCALE } from '../simulation/scale.js';
import { aCall, BY_RULES, hexId, instance } from './deciding.js';

const CALLS = 20_000 * SCALE;
const LOOK_EVERY = 250;
const RUN = 'run' as RunId;
const START = Date.UTC(2026, 10, 21);

/** Which process has the call, and what it is like. */
type Traffic = (random: Random, at: number) => readonly [process: number, call: Call];

interface Kind {
  readonly kind: string;
  readonly experiment: Partial<ExperimentInput>;
  readonly processes: number;
  readonly traffic: () => Traffic;
}

/** A few users make most of the calls. */
const user = (random: Random): number => Math.floor(500 * random.next() ** 4);
const routes = ['refunds', 'search', 'chat'];

const HONEST: readonly Kind[] = [
  {
    kind: 'by trace, a call each',
    experiment: { sample: { rate: 0.1 } },
    processes: 3,
    traffic: () => (random) => [Math.floor(3 * random.next()), aCall(random)],
  },
  {
    kind: 'by trace, up to 60 calls each, in several processes',
    experiment: { sample: { rate: 0.3 } },
    processes: 3,
    traffic: () => {
      let [trace, left] = ['', 0];
      return (random) => {
        if (left === 0) [trace, left] = [hexId(random), 1 + Math.floor(60 * random.next())];
        left -= 1;
        const spanReference = { traceId: trace, spanId: 'b'.repeat(16) };
        return [Math.floor(3 * random.next()), aCall(random, { spanReference })];
      };
    },
  },
  {
    kind: 'by user, in eight processes',
    experiment: { sample: { rate: 0.2, by: 'key', key: 'user' } },
    processes: 8,
    traffic: () => (random) => [Math.floor(8 * random.next()), aCall(random, { context: { user: user(random) } })],
  },
  {
    kind: 'by rules',
    experiment: BY_RULES.experiment,
    processes: 2,
    traffic: () => (random) => {
      const route = routes[Math.floor(3 * random.next())];
      const model = random.chance(0.3) ? 'gpt-mini' : 'gpt-5';
      return [Math.floor(2 * random.next()), aCall(random, { model, context: { route } })];
    },
  },
  {
    kind: 'at a pace, in traffic that comes and goes',
    experiment: { sample: { rate: 0.8, perSecond: 5 }, piMin: 0.01 },
    processes: 2,
    traffic: () => {
      let now = START;
      return (random, at) => {
        now += 10 + 90 * (1 + Math.sin(at / 2000)) * random.next();
        return [Math.floor(2 * random.next()), aCall(random, { startedAt: now })];
      };
    },
  },
];

it.each(HONEST)('finds nothing wrong with a sample drawn $kind', ({ experiment, processes, traffic }) => {
  const random = seeded(71);
  const next = traffic();
  const all = Array.from({ length: processes }, () => ({ counts: new DrawCounts(), ...instance(experiment) }));
  let [sampled, draws] = [0, 0];
  for (let at = 0; at < CALLS; at += 1) {
    const [process, call] = next(random, at);
    const { counts, decide } = all[process] ?? expect.fail('no such process');
    const decision = decide(call, `call ${at}`);
    if (decision.status === 'outside') throw new Error(decision.reason);
    if (decision.status === 'sampled') sampled += 1;
    if (decision.first) {
      draws += 1;
      counts.drew(RUN, decision.pi);
      if (decision.status === 'sampled') counts.drawn(RUN, decision.pi);
    }
    if (at % LOOK_EVERY === 0)
      expect(sampleMismatch(all.map(({ counts: one }, place) => drawsOf(one, place)))).toBeNull();
  }
  expect(draws).toBeGreaterThan(500);
  expect(sampled).toBeGreaterThan(500);
});

function drawsOf(counts: DrawCounts, at: number): ProducerDraws {
  return { producer: `p${at + 1}`, place: at + 1, counts: counts.rows() };
}
