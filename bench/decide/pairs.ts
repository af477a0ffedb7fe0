import { decide } from '../../packages/evaluator/src/decide/decide.js';
import { closeSlice } from '../../packages/evaluator/src/tally/close-slice.js';
import { decodeTally, encodeTally } from '../../packages/evaluator/src/tally/codec.js';
import type { PairFacts } from '../../packages/evaluator/src/tally/facts.js';
import type { Gates } from '../../packages/evaluator/src/tally/gate-settings.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import { addPair, emptyTally, mergeTallies, type Tally } from '../../packages/evaluator/src/tally/tally.js';
import { seeded } from '../../test/simulation/random.js';
import { AT_LEVEL_05, countsOf, facts, ok, pair, Run } from '../../test/simulation/world.js';
import { best } from '../score/measure.js';

const ROUNDS = 300;
const PAIRS = 1000;
const SEGMENTS = 20;
const THRESHOLDS = { ratio: 1.2, thresholdMs: 900 };
const GATES: Gates = {
  errors: { margin: 0.01 },
  similarity: { scorer: 'lexical', margin: 0.05, insensitiveBelow: 0.3 },
  latency_p50: THRESHOLDS,
  latency_p95: THRESHOLDS,
  latency_p99: THRESHOLDS,
};

/** What something costs, in microseconds a time. */
export interface Cost {
  readonly what: string;
  readonly us: number;
}

const random = seeded(1);

function numbers(): PairFacts {
  const failed = { status: 'error', type: '500', durationMs: 9 } as const;
  return facts({
    primary: random.chance(0.01) ? failed : ok(1000 * random.next()),
    shadow: random.chance(0.01) ? failed : ok(1000 * random.next()),
    aa: ok(1000 * random.next()),
    scores: { ab: { lexical: random.next() }, aa: { lexical: random.next() } },
  });
}

const PAIR_ROWS = Array.from({ length: PAIRS }, (_, at) => pair(numbers(), { segment: `segment${at % SEGMENTS}` }));
const TEXTS = PAIR_ROWS.map((row) => JSON.stringify(row.facts));

/** A tally of `PAIRS` pairs, of which `value` gives what each says. */
function added(value: () => number): Tally {
  const tally = emptyTally(0.475);
  for (let at = 0; at < PAIRS; at += 1) {
    const x = value();
    addPair(tally, { safe: x, harm: x, reference: 1 - x, candidate: x });
  }
  encodeTally(tally);
  return tally;
}

const COUNTED = (): number => (random.chance(0.9) ? 0.5 : Number(random.chance(0.5)));

/** The first one is what the others are held against: reading the numbers of one stored pair. */
export function pairCosts(): readonly Cost[] {
  const [a, b] = [added(random.next), added(random.next)];
  const bytes = encodeTally(b);
  const input = decided();
  const each = (what: string, work: () => void, times: number): Cost => ({ what, us: best(work, 1, ROUNDS) / times });
  return [
    each(
      'reading the numbers of a stored pair (JSON.parse)',
      () => void TEXTS.map((text) => void JSON.parse(text)),
      PAIRS,
    ),
    each('adding a pair that says 0, .5 or 1', () => void added(COUNTED), PAIRS),
    each('adding a pair that says any number', () => void added(random.next), PAIRS),
    each(
      `closing a slice, a pair: ${Object.keys(GATES).length} gates, all and ${SEGMENTS} segments`,
      () =>
        void closeSlice({
          slice: 1,
          gates: gatesOf(GATES),
          piMin: 1,
          pairs: PAIR_ROWS,
          admitted: countsOf(PAIR_ROWS),
          seen: new Map(),
          thresholds: [],
          latencies: [],
        }),
      PAIRS,
    ),
    each('merging two tallies', () => void mergeTallies(a, b), 1),
    each(
      'merging a stored tally: decode, merge, encode',
      () => void encodeTally(mergeTallies(a, decodeTally(bytes))),
      1,
    ),
    each(
      `deciding: ${Object.keys(GATES).length} gates, all and ${SEGMENTS} critical segments`,
      () => void decide(input),
      1,
    ),
  ];
}

function decided(): ReturnType<Run['input']> {
  const critical = Array.from({ length: SEGMENTS }, (_, at) => `segment${at}`);
  const run = new Run({ ...AT_LEVEL_05, gates: GATES, critical });
  run.close(PAIR_ROWS, countsOf(PAIR_ROWS));
  return run.input();
}
