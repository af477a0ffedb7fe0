import type { Answer, BlindPair, Labelling } from '../evaluator/labelling.js';
import { barred, printableLine } from './foreign-text.js';
import type { Keys } from './keys.js';
import { count, plural } from './style.js';
import type { Output } from './terminal.js';

const ANSWER_OF: Readonly<Record<string, Answer>> = { a: 'A', b: 'B', t: 'tie', s: 'skip' };
const QUIT: ReadonlySet<string> = new Set(['q', 'escape', 'ctrl+c', 'ctrl+d']);
const PROMPT = 'Which is better?  a: A   b: B   t: tie   s: cannot say (final)   q: quit';

/** Shows one pair after the other and takes an answer for each, until there is none left or somebody quits. Gives how many were stored. */
export async function labelSession(
  labelling: Labelling,
  options: { readonly experiment: string | null; readonly keys: Keys; readonly output: Output },
): Promise<number> {
  const { experiment, keys, output } = options;
  const { style } = output;
  let stored = 0;
  for (let after: string | null = null; ;) {
    const [pair]: readonly (BlindPair | undefined)[] = await labelling.pairs({ limit: 1, experiment, after });
    if (pair === undefined) {
      output.out(stored === 0 ? 'No pair waits for a label.' : `Done: ${plural(stored, 'label')} stored.`);
      return stored;
    }
    after = pair.pair;
    const left = await labelling.open(experiment);
    output.out(
      [
        '',
        style.dim(
          `${printableLine(`${pair.experiment}, run ${pair.run}, segment ${pair.segment}`)}; ${count(left)} open`,
        ),
        ...[
          ['REQUEST', pair.request],
          ['A', pair.a],
          ['B', pair.b],
        ].flatMap(([heading = '', text = '']) => ['', style.bold(`== ${heading} ==`), barred(text, output.columns)]),
        '',
        style.dim(PROMPT),
      ].join('\n'),
    );
    const answer = await answerOf(keys);
    if (answer === null) {
      output.out(`${plural(stored, 'label')} stored; run this again to go on.`);
      return stored;
    }
    const result = await labelling.answer(pair.pair, answer);
    if (result === 'stored') stored += 1;
    else output.out(style.doubtful(WHY[result]));
  }
}

const WHY: Readonly<Record<'late' | 'known' | 'unknown', string>> = {
  late: 'Not stored: its time was over.',
  known: 'Not stored: somebody else has answered.',
  unknown: 'Not stored: it is not offered any more.',
};

/** Null: to stop here. Other keys are passed over. */
async function answerOf(keys: Keys): Promise<Answer | null> {
  for (;;) {
    const key = await keys.next();
    if (key === null || QUIT.has(key)) return null;
    const answer = ANSWER_OF[key];
    if (answer !== undefined) return answer;
  }
}
