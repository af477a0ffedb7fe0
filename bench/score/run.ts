/**
 * What the scorers cost: `node --import ./test/ways-of-calling/source-modules.mjs bench/score/run.ts [steps]`.
 *
 * First, microseconds a pair of answers of 2.3 KB, each pair from its bare text: a scorer alone has to make what it needs of it (its words,
 * its JSON), the whole set makes that once. Beside them packages for parts of the same work, on the same texts in the same run,
 * where they are installed (`NODE_PATH` counts). Then, milliseconds of the longest step there is: one scorer, or one piece of judging, on one
 * pair of answers of up to a megabyte, each hard for somebody.
 */
import { createRequire } from 'node:module';
import { type Answer, answerOfText } from '../../packages/evaluator/src/score/answer.js';
import { NOTHING_ASKED } from '../../packages/evaluator/src/score/asked.js';
import { createLanguage } from '../../packages/evaluator/src/score/language.js';
import { SCORERS } from '../../packages/evaluator/src/score/registry.js';
import { type AnswerPair, hardPairs, pairs } from './answers.js';
import { JUDGING } from './judging.js';
import { best, row } from './measure.js';

const GOAL_US = 150;
const LONGEST_STEP_MS = 20;
/** Rounds are short, so that the best of them was not interrupted. */
const TIMES = 4;
const ROUNDS = 500;
const STEP_ROUNDS = 8;
const asked = { ...NOTHING_ASKED, tools: [] };

interface Scoring {
  readonly name: string;
  run(primary: Answer, other: Answer): unknown;
}

const SCORINGS: readonly Scoring[] = SCORERS.map((scorer) => ({
  name: scorer.name,
  run: (primary, other) => (scorer.applies(primary, asked) ? scorer.score(primary, other, asked) : null),
}));

const ALL: Scoring = {
  name: '**the whole set**',
  run: (primary, other) => {
    for (const each of SCORINGS) each.run(primary, other);
  },
};

/** A package for a part of the work, by the name of what it does here. */
interface Reference {
  readonly name: string;
  run(primary: string, other: string): unknown;
}

const require = createRequire(import.meta.url);

async function installed<Module>(
  name: string,
  use: (module: Module) => Reference['run'],
): Promise<readonly Reference[]> {
  try {
    const loaded: unknown = await import(name).catch((): unknown => require(name));
    return [{ name, run: use(loaded as Module) }];
  } catch {
    process.stdout.write(`${name} is not installed: left out\n`);
    return [];
  }
}

type Franc = { franc(text: string): string };
type Eld = { eld: { detect(text: string): { readonly language: string } } };

const REFERENCES: readonly Reference[] = [
  ...(await installed<{ distance(a: string, b: string): number }>('fastest-levenshtein', ({ distance }) => distance)),
  ...(await installed<{ l(candidate: string, reference: string): number }>(
    'js-rouge',
    ({ l }) =>
      (a, b) =>
        l(b, a),
  )),
  ...(await installed<Franc>('franc', ({ franc }) => (a, b) => [franc(a), franc(b)])),
  ...(await installed<Eld>('eld/extrasmall', ({ eld }) => (a, b) => {
    const { applies, score } = createLanguage((text) => eld.detect(text).language);
    const [primary, other] = [answerOfText(a), answerOfText(b)];
    return applies(primary, asked) && score(primary, other, asked);
  })),
];

function ofTexts({ run }: Scoring, { primary, other }: AnswerPair): () => void {
  return () => {
    run(answerOfText(primary), answerOfText(other));
  };
}

function speed(): void {
  const compared = pairs();
  process.stdout.write(`\nmicroseconds a pair, best of ${ROUNDS} rounds\n\n`);
  process.stdout.write(row(['', ...compared.map(({ what }) => what)]) + row(['---', ...compared.map(() => '---:')]));
  const times = (work: (pair: AnswerPair) => () => void): readonly number[] =>
    compared.map((pair) => best(work(pair), TIMES, ROUNDS));
  const print = (name: string, all: readonly number[]): void =>
    void process.stdout.write(row([name, ...all.map((one) => one.toFixed(1))]));
  for (const scoring of SCORINGS)
    print(
      scoring.name,
      times((pair) => ofTexts(scoring, pair)),
    );
  const whole = times((pair) => ofTexts(ALL, pair));
  print(ALL.name, whole);
  for (const { name, run } of REFERENCES)
    print(
      `_${name}_`,
      times(
        ({ primary, other }) =>
          () =>
            void run(primary, other),
      ),
    );
  const mean = whole.reduce((sum, one) => sum + one, 0) / whole.length;
  process.stdout.write(`\nthe whole set: ${mean.toFixed(0)} us a pair on average; goal ${GOAL_US}\n`);
}

function steps(): void {
  process.stdout.write(`\nmilliseconds of the longest step, best of ${STEP_ROUNDS}\n\n`);
  process.stdout.write(row(['step', 'longest', 'on']) + row(['---', '---:', '---']));
  let longest = 0;
  const hard = hardPairs();
  const works: readonly { readonly name: string; of(pair: AnswerPair): () => void }[] = [
    ...SCORINGS.map((scoring) => ({ name: scoring.name, of: (pair: AnswerPair) => ofTexts(scoring, pair) })),
    ...JUDGING.map(({ name, run }) => ({ name, of: (pair: AnswerPair) => () => run(pair.primary, pair.other) })),
  ];
  for (const { name, of } of works) {
    const times = hard.map((pair) => ({ ms: best(of(pair), 1, STEP_ROUNDS) / 1000, what: pair.what }));
    const [worst] = times.toSorted((a, b) => b.ms - a.ms);
    longest = Math.max(longest, worst?.ms ?? 0);
    process.stdout.write(row([name, worst?.ms.toFixed(1) ?? '', worst?.what ?? '']));
  }
  process.stdout.write(`\nthe longest step: ${longest.toFixed(1)} ms; limit ${LONGEST_STEP_MS}\n`);
}

if (process.argv[2] !== 'steps') speed();
steps();
