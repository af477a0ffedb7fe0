import { expect, it } from 'vitest';
import { gatesOf } from '../tally/gates.js';
import { addPair, emptyTally, type Tally } from '../tally/tally.js';
import { look, policy } from './decide.test.support.js';
import { besideLevel } from './describe.js';
import type { Verdict } from './verdict.js';

const GATES = { refusals: { margin: 0.01 } };

/** Pairs of which the candidate refused so many, and failed in so many. */
function verdictOn(refused: number, failed: number): Verdict {
  const refusals: Tally = emptyTally(gatesOf(GATES)[0]?.m ?? 0.5);
  const worse = { safe: 0, harm: 0, reference: 0, candidate: 1 };
  addPair(refusals, { safe: 0.5, harm: 0.5, reference: 0, candidate: 0 }, 1, 1000 - refused - failed);
  if (refused > 0) addPair(refusals, worse, 1, refused);
  if (failed > 0) addPair(refusals, { ...worse, mark: 'failed' }, 1, failed);
  return look({ policy: policy({ gates: GATES }), streams: { _all: { refusals } } });
}

it('a candidate that only failed is not said to have refused', () => {
  const verdict = verdictOn(0, 18);
  expect(verdict.sentence).toContain('refusals 1.8 % against 0.0 %, 18 failed calls included (at most 1 point more)');
  expect(verdict.gates).toMatchObject([{ gate: 'refusals', failed: 18 }]);
  expect(verdict.gates.map(besideLevel)).toEqual([' (18 failed)']);
  expect(verdictOn(17, 1).sentence).toContain('1.8 % against 0.0 %, 1 failed call included');
});

it('and one that only refused has nothing beside it', () => {
  const verdict = verdictOn(18, 0);
  expect(verdict.sentence).toContain('refusals 1.8 % against 0.0 % (at most 1 point more)');
  expect(verdict.gates.map(besideLevel)).toEqual(['']);
});
