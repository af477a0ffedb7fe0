import { expect, it } from 'vitest';
import { decide } from '../../packages/evaluator/src/decide/decide.js';
import { judgeBoundary } from '../../packages/evaluator/src/stats/judge-boundary.js';
import type { State, Transition } from '../../packages/evaluator/src/decide/verdict.js';
import { judgeObservation } from '../../packages/evaluator/src/tally/preference.js';
import { addPair, emptyTally } from '../../packages/evaluator/src/tally/tally.js';
import { addPreference, emptyWinRate } from '../../packages/evaluator/src/tally/win-rate.js';
import { eProcess } from './e-process.js';
import { foundOf } from './found.js';
import { ALL_ANSWER, FAIR, judgedPair, LOSSES_STAY_UNANSWERED, type People } from './judge.js';
import { seeded, type Random } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';
import { AT_LEVEL_05, Run } from './world.js';

/** Passed all its canaries, and takes the worse answer of real pairs for the better one. */
const WRONG_SIDE = { ...FAIR, inverted: true };
const MARGIN = 0.05;
/** As its canaries have it. */
const J = 0.85;
const SLICES = 80;
const CALLS = 100;
const NOBODY: People = { offered: 0, answer: () => 0 };

interface Ran {
  /** The states of all looks. */
  readonly seen: ReadonlySet<State>;
  readonly last: State;
  /** Its verdicts against .5 - margin, as if people had said so. */
  readonly believed: boolean;
}

/** One run with a judge as its only gate, decided on after every slice. */
function oneRun(random: Random, mean: number, people: People): Ran {
  const boundary = judgeBoundary(MARGIN, J);
  if (boundary === null) throw new Error('a judge with this J decides');
  const judged = { safe: emptyTally(boundary.safe), harm: emptyTally(boundary.harm) };
  const labelled = people.offered > 0 ? emptyWinRate({ m: 0.5 - MARGIN, offered: people.offered }) : null;
  const transitions: Transition[] = [];
  const seen = new Set<State>();
  const naive = eProcess(0.5 - MARGIN);
  naive.reset();
  let [last, believed]: [State, boolean] = ['hold', false];
  for (let slice = 0; slice < SLICES; slice += 1) {
    for (let n = 0; n < CALLS; n += 1) {
      const facts = judgedPair(random, { mean, ties: 0.2, longer: 0.5 }, WRONG_SIDE, people);
      addPair(judged.safe, judgeObservation(facts), 1);
      addPair(judged.harm, judgeObservation(facts), 1);
      if (labelled !== null) addPreference(labelled, facts, 1);
      believed ||= naive.add(facts.status === 'judged' ? (facts.verdict ?? 0) : 0) >= 20;
    }
    const verdict = decide({
      ...new Run(AT_LEVEL_05).input(),
      judge: { margin: MARGIN, sensitivity: J, unfit: null, waitsFor: null, unproven: 0, labelled: labelled !== null },
      preferences: { _all: { judged, labelled, vouching: { seen: 99, marks: [{ until: 99, logE: 1e9 }] } } },
      transitions,
    });
    if (verdict.transition !== null) transitions.push(verdict.transition);
    last = verdict.state;
    seen.add(last);
  }
  return { seen, last, believed };
}

it('labels at a tenth turn what a judge on the wrong side says into what is right', () => {
  const runs = 12 * SCALE;
  const worlds = [
    { what: 'worse (.35), nobody is asked', mean: 0.35, people: NOBODY, right: 'no_go' },
    { what: 'worse (.35), all offers answered', mean: 0.35, people: ALL_ANSWER, right: 'no_go' },
    // What four in ten would have said could save it: with them unanswered nothing proves harm, and nothing proves it safe.
    { what: 'worse (.35), 40 % unanswered', mean: 0.35, people: LOSSES_STAY_UNANSWERED, right: 'hold' },
    { what: 'better (.65), all offers answered', mean: 0.65, people: ALL_ANSWER, right: 'go' },
    { what: 'much better (.8), 40 % unanswered', mean: 0.8, people: LOSSES_STAY_UNANSWERED, right: 'go' },
  ] as const;
  const ran = worlds.map(({ mean, people }, at) => {
    const random = seeded(7600 + at);
    return Array.from({ length: runs }, () => oneRun(random, mean, people));
  });
  const share = (of: readonly Ran[], is: (one: Ran) => boolean): number => of.filter(is).length / runs;
  const rows = worlds.map(({ what, right }, at) => {
    const all = ran[at] ?? [];
    return {
      world: what,
      'judge believed: GO': share(all, ({ believed }) => believed),
      'go at a look': share(all, ({ seen }) => seen.has('go')),
      'go_provisional at a look': share(all, ({ seen }) => seen.has('go_provisional')),
      'in the end': [...new Set(all.map(({ last }) => last))].join(', '),
      right,
    };
  });
  printTable(`A judge that prefers the wrong side, labels at .1, ${SLICES * CALLS} pairs, ${runs} runs`, rows);
  const [nobody, ...asked] = rows;
  const [all, most] = asked;
  foundOf('judge_wrong', {
    without: [all?.['judge believed: GO'] ?? 0, most?.['judge believed: GO'] ?? 0],
    with: [all?.['go at a look'] ?? 1, most?.['go at a look'] ?? 1],
    atMost: 0,
  });
  // Without labels it is fooled, and never says more than provisional.
  expect(nobody).toMatchObject({ 'judge believed: GO': 1, 'go at a look': 0, 'in the end': 'go_provisional' });
  for (const row of asked) expect(row['in the end']).toBe(row.right);
  for (const row of asked.slice(0, 2)) expect(row).toMatchObject({ 'judge believed: GO': 1, 'go at a look': 0 });
  for (const row of asked.slice(2)) expect(row['judge believed: GO']).toBe(0);
});
