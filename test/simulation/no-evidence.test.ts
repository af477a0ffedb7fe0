import { describe, expect, it } from 'vitest';
import { AA_ARM } from '@understudy/instrumentation/trial';
import type { Outcome, PairFacts } from '../../packages/evaluator/src/tally/facts.js';
import type { AdmittedCount } from '../../packages/evaluator/src/tally/missing.js';
import type { StoredPair } from '../../packages/evaluator/src/tally/stored-pair.js';
import { seeded, type Random } from './random.js';
import { AT_LEVEL_05, ARM, countsOf, facts, ok, pair, Run, SOUND } from './world.js';

const POLICY = {
  ...AT_LEVEL_05,
  minPairs: 500,
  gates: {
    errors: { margin: 0.05 },
    similarity: { scorer: 'lexical', margin: 0.1, insensitiveBelow: 0.3 },
    latency_p50: { ratio: 1.5 },
  },
  critical: ['refunds'],
};
const FAILED: Outcome = { status: 'error', type: '500', durationMs: 1 };
const SLICES = 40;
const CALLS = 50;

/** A candidate as good as the incumbent. */
function good(random: Random): PairFacts {
  const score = (): number => 0.7 + 0.3 * random.next();
  return facts({
    primary: ok(300 + 400 * random.next()),
    shadow: ok(300 + 400 * random.next()),
    aa: ok(300 + 400 * random.next()),
    scores: { ab: { lexical: score() }, aa: { lexical: score() } },
  });
}

interface Traffic {
  readonly numbers?: (numbers: PairFacts, random: Random) => PairFacts;
  readonly leg?: (leg: StoredPair, at: number) => StoredPair;
  readonly keep?: (at: number) => boolean;
}

/** The states of a run at every look. */
function states({ numbers = (one) => one, leg = (one) => one, keep = () => true }: Traffic): readonly string[] {
  const random = seeded(500);
  const run = new Run(POLICY);
  return Array.from({ length: SLICES }, () => {
    const pairs = Array.from({ length: CALLS }, (_, at) =>
      leg(pair(numbers(good(random), random), { segment: at % 2 === 0 ? 'chat' : 'refunds' }), at),
    );
    const noise: AdmittedCount[] = pairs.map(({ producer, segment, facts: { pi } }) => {
      return { producer, segment, arm: AA_ARM, pi, admitted: 1 };
    });
    run.close(
      pairs.filter((_pair, at) => keep(at)),
      [...countsOf(pairs), ...noise],
    );
    return run.look().state;
  });
}

describe('a run never says GO without evidence', () => {
  it('and says it of a good candidate, so that the cases below can fail', () => {
    expect(states({}).at(-1)).toBe('go');
  });

  const cases: Readonly<Record<string, Traffic>> = {
    'no leg was stored': { keep: () => false },
    'every leg is missing': { numbers: (one) => ({ ...one, shadow: { status: 'missing', reason: 'leg_broken' } }) },
    'the candidate is always aborted': { numbers: (one) => ({ ...one, shadow: { status: 'aborted', afterMs: 1 } }) },
    'the candidate always fails': { numbers: (one) => ({ ...one, shadow: FAILED }) },
    'a third of the legs is missing': { keep: (at) => at % 3 !== 0 },
    'every primary fails': { numbers: (one) => ({ ...one, primary: FAILED }) },
    'both always fail': { numbers: (one) => ({ ...one, primary: FAILED, shadow: FAILED }) },
    'every primary is aborted': { numbers: (one) => ({ ...one, primary: { status: 'aborted', afterMs: 100 } }) },
    'durations of the shadow are no numbers': { numbers: (one) => ({ ...one, shadow: ok(Number.NaN) }) },
    'durations of the shadow are endless': { numbers: (one) => ({ ...one, shadow: ok(Infinity) }) },
    'durations of the primary are endless': { numbers: (one) => ({ ...one, primary: ok(Infinity) }) },
    'all durations are zero': { numbers: (one) => ({ ...one, primary: ok(0), shadow: ok(0) }) },
    'no answer could be scored': {
      numbers: (one) => ({ ...one, scores: { ab: { lexical: null }, aa: { lexical: null } } }),
    },
    'nothing was scored': { numbers: (one) => ({ ...one, scores: { ab: {}, aa: {} } }) },
    'only the candidate was not scored': { numbers: (one) => ({ ...one, scores: { ...one.scores, ab: {} } }) },
    'another scorer filled the scores': {
      numbers: (one) => ({ ...one, scores: { ab: { exact: 1 }, aa: { exact: 1 } } }),
    },
    'scores are out of range': { numbers: (one) => ({ ...one, scores: { ab: { lexical: 7 }, aa: { lexical: 0.5 } } }) },
    'there are no A/A legs': { numbers: (one) => ({ ...one, aa: null }) },
    'every A/A leg fails': { numbers: (one) => ({ ...one, aa: FAILED }) },
    'the critical segment has no traffic': { leg: (one) => ({ ...one, segment: 'chat' }) },
    'every call is past the maximum of segments': { leg: (one) => ({ ...one, segment: '_other' }) },
    'every call is one conversation': { leg: (one) => ({ ...one, cluster: 'the same' }) },
    'the probability of inclusion is zero': { numbers: (one) => ({ ...one, pi: 0 }) },
    'the probability of inclusion is no number': { numbers: (one) => ({ ...one, pi: Number.NaN }) },
    'the rows are of another arm': { leg: (one) => ({ ...one, arm: `${ARM}-2` }) },
  };
  for (const [name, traffic] of Object.entries(cases)) {
    it(`where ${name}`, () => expect(states(traffic)).not.toContain('go'));
  }

  it('where the health of the sample is not known', () => {
    const run = new Run({ ...POLICY, gates: { errors: { margin: 0.05 } }, critical: [] });
    const pairs = Array.from({ length: 2000 }, () => pair(facts({})));
    run.close(pairs, countsOf(pairs));
    expect(run.look().state).toBe('go');
    for (const unknown of [{ coverage: null }, { losses: null }, { primaries: null }]) {
      expect(run.look({ ...SOUND, ...unknown }).state).toBe('hold');
    }
  });
});
