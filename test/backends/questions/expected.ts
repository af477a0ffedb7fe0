import type { LedgerPair } from '../world/ledger.js';
import { plannedCall, type Said } from '../world/traffic.js';
import type { Ids } from './read.js';

type Answers = (pair: LedgerPair, ids: Ids) => boolean;

/**
 * What a question must find: by its title, of the pairs of the ledger those that are its answer. `perhaps`: those that may be found as
 * well; null: others may, since spans and ledger have a clock each.
 */
export const EXPECTED: Readonly<
  Record<string, Answers | { readonly surely: Answers; readonly perhaps: Answers | null }>
> = {
  'Which shadows did this call have?': ({ call }, { CALL }) => call === CALL,
  "What was said of this call's pairs?": ({ call, arm }, { CALL }) => call === CALL && arm !== 'aa',
  'Which shadow is this evaluation about?': ({ pair }, { PAIR }) => pair === PAIR,
  'What came of this shadow?': ({ pair }, { PAIR }) => pair === PAIR,
  // Of several pairs a primary carries the first candidate's.
  'Which primary is this the shadow, or the evaluation, of?': ({ call, arm }, { CALL }) =>
    call === CALL && arm === 'mini',
  'Where does the candidate disagree, in one segment?': (pair) =>
    ofArm(pair, 'nano') && pair.segment === 'refunds' && bothAnswered(pair) && saysOtherwise(pair),
  "Which answers have little in common with the primary's?": (pair) =>
    ofArm(pair, 'nano') && Number(pair.facts.scores.ab['lexical'] ?? 1) < 0.7,
  'Which errors does the candidate have that the primary had not?': (pair) =>
    ofArm(pair, 'nano') && planned(pair, 'fails') && !primaryFails(pair),
  'Which of its calls failed with this error?': (pair) => ofArm(pair, 'nano') && planned(pair, 'fails'),
  'Where does the primary fail and the candidate answer?': (pair) =>
    pair.arm !== 'aa' && primaryFails(pair) && !planned(pair, 'fails', 'too_large'),
  'Which shadows took more than twice as long as their primaries?': (pair) => ofArm(pair, 'nano') && ratioOf(pair) > 2,
  'Which are the slowest of all, against their primaries?': {
    surely: (pair) => ofArm(pair, 'nano') && tookOf(pair) > 1050,
    perhaps: null,
  },
  'Which pairs did the judge find worse?': (pair) => ofArm(pair, 'nano') && bothAnswered(pair) && pair.judged === 0,
  'Which did it find better?': (pair) => ofArm(pair, 'mini') && bothAnswered(pair) && pair.judged === 1,
  'Where do two answers differ and are as good?': (pair) =>
    ofArm(pair, 'mini') && bothAnswered(pair) && pair.judged === 0.5 && pair.facts.scores.ab['exact'] !== 1,
};

/** What was dropped has no pair in the ledger: by title, of the calls of the plan those of which an arm was. */
export const DROPPED: Readonly<Record<string, (number: number, arm: 'mini' | 'nano') => boolean>> = {
  'Which calls have a shadow that was dropped, and why?': isTooLarge,
  'Which shadows were dropped for this reason?': isTooLarge,
};

const ofArm = (pair: LedgerPair, arm: string): boolean => pair.arm === arm;

function planned({ number, arm }: LedgerPair, ...any: readonly Said[]): boolean {
  const { says } = plannedCall(number);
  return (arm === 'mini' || arm === 'nano') && any.includes(says[arm]);
}

const primaryFails = ({ number }: LedgerPair): boolean => plannedCall(number).says.incumbent === 'fails';

function bothAnswered(pair: LedgerPair): boolean {
  return !primaryFails(pair) && !planned(pair, 'fails', 'too_large');
}

/** By the plan: what the two were to say, each in its way. */
function saysOtherwise({ number, arm }: LedgerPair): boolean {
  const { says, way } = plannedCall(number);
  const said = (what: Said): string =>
    way.startsWith('tool') ? `${what === 'worse'}` : what === 'slow' ? 'right' : what;
  return (arm === 'mini' || arm === 'nano') && said(says[arm]) !== said(says.incumbent);
}

function isTooLarge(number: number, arm: 'mini' | 'nano'): boolean {
  return plannedCall(number).says[arm] === 'too_large';
}

function tookOf({ facts: { shadow } }: LedgerPair): number {
  return 'durationMs' in shadow ? shadow.durationMs : 0;
}

function ratioOf({ facts: { primary, shadow } }: LedgerPair): number {
  return primary.status === 'ok' && shadow.status === 'ok' ? shadow.durationMs / primary.durationMs : 0;
}
