import type { Content, Leg } from '@understudy/instrumentation/trial';
import { cutPair } from '../../packages/evaluator/src/judge/cut.js';
import { guardOutput } from '../../packages/evaluator/src/judge/guard/arm-guard.js';
import { guardPair } from '../../packages/evaluator/src/judge/guard/guard-pair.js';
import { keyedHash } from '../../packages/evaluator/src/judge/guard/keyed-hash.js';
import { judgedPairOf } from '../../packages/evaluator/src/judge/judged-pair.js';
import { breakAnswer } from '../../packages/evaluator/src/judge/trial/canary-kinds.js';
import { generator } from './answers.js';

/** A piece of judging that is done without letting the event loop turn. */
interface JudgingStep {
  readonly name: string;
  run(primary: string, other: string): void;
}

const KINDS = ['truncated', 'shuffled', 'wrong_argument', 'choose_b'] as const;
const HASH = keyedHash('a secret');
const random = generator(29);

const said = (role: string, content: string): Extract<Content, { kind: 'text' }> => ({
  kind: 'text',
  messages: [{ role, parts: [{ type: 'text', content }] }],
});
const leg = (content: string): Leg => ({
  status: 'ok',
  answer: said('assistant', content),
  finish: 'stop',
  usage: null,
  durationMs: 1,
  model: null,
  span: null,
});

/** The other answer is asked as well: requests are as long as answers. */
export const JUDGING: readonly JudgingStep[] = [
  {
    name: 'texts of a pair',
    run: (primary, other) => void judgedPairOf(said('user', other), leg(primary), leg(other)),
  },
  { name: 'guard of a pair', run: (primary, other) => void guardPair({ request: other, primary, shadow: other }) },
  { name: 'guard of an arm', run: (primary, other) => void guardOutput('a pair', { primary, shadow: other }, HASH) },
  ...KINDS.map((kind): JudgingStep => ({
    name: `canary \`${kind}\``,
    run: (primary, other) =>
      void breakAnswer(kind, cutPair({ request: '', primary, shadow: '' }).primary, () => random(1000) / 1000, other),
  })),
];
