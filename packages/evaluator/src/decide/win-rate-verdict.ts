import { unvouched, type Vouching } from '../judge/trial/vouching.js';
import { judgeBoundary } from '../stats/judge-boundary.js';
import { pairsRemaining } from '../stats/pairs-remaining.js';
import type { AnswersSoFar, PreferenceEvidence } from '../ledger/judging-state.js';
import { type Snapshot, snapshot, type Tally } from '../tally/tally.js';
import { type WinRateSnapshot, winRateSnapshot } from '../tally/win-rate-snapshot.js';
import type { Bars } from './gate-verdict.js';
import { PolicyError } from './policy.js';
import type { GateState, GateVerdict, Range } from './verdict.js';

/** What is known of the judge of a run where its win rate is a gate. */
export interface JudgeStanding {
  readonly margin: number;
  /** J, frozen; null before. */
  readonly sensitivity: number | null;
  /** Why it may not decide any more; null: it may. */
  readonly unfit: string | null;
  /** What its trial waits for, in words; null where it waits for nothing. */
  readonly waitsFor: string | null;
  /** What a replay lacks, in words, in the place of all that production waits for. */
  readonly awaits?: string;
  /** Canaries beside pairs of the run that are still to come before its word alone makes anything provisional. */
  readonly unproven: number;
  /** People are asked about a part of its pairs: their word decides, and the judge's alone is provisional. */
  readonly labelled: boolean;
}

/** One claim's numbers, whichever of the two forms they are of. */
type Numbers = Pick<Snapshot, 'pairs' | 'missing' | 'wins' | 'ties' | 'losses' | 'candidate' | 'safe' | 'harm'>;

/**
 * What the win rate says in one stream.
 *
 * - Without labels the judge's verdicts are tested against .5 - d J, and at best the gate is `provisional`: its canaries are easier than
 *   life.
 * - With labels the gate is passed, and broken, by the verdicts corrected by them, which are right whatever the judge does. While they do
 *   not suffice, the judge alone can still make it `provisional`, but not against them: what people have answered, closed or not, must not
 *   speak against the candidate.
 * - A judge that sees too little, or was found unfit, passes nothing in either form. Alone, it proves no harm either.
 *
 * @throws PolicyError for evidence against another boundary than the run's
 */
export function winRateVerdict(
  judge: JudgeStanding,
  stream: string,
  evidence: PreferenceEvidence | undefined,
  bars: Bars,
): GateVerdict {
  const boundary = judge.sensitivity === null ? null : judgeBoundary(judge.margin, judge.sensitivity);
  const blind = judge.unfit !== null || (judge.sensitivity !== null && boundary === null);
  checkBoundaries(judge, boundary, stream, evidence);
  const alone = judgedNumbers(evidence?.judged ?? null);
  const rate = evidence?.labelled ? winRateSnapshot(evidence.labelled) : null;
  const labelled = rate === null ? null : labelledNumbers(rate);
  const deciding = judge.labelled ? labelled : blind ? capped(alone) : alone;
  const shown = deciding ?? alone;
  const answers = evidence?.answers ?? answersIn(rate);
  const contradicted = (rate !== null && isAgainst(rate)) || areAgainst(evidence?.answers, alone, judge);
  const unproven = judge.unproven + leftOf(evidence, alone, bars);
  const state = stateOf({ ...judge, unproven }, { alone, deciding, blind, contradicted }, bars);
  return {
    gate: 'win_rate',
    stream,
    state,
    pairs: shown?.pairs ?? 0,
    missing: shown?.missing ?? 0,
    wins: shown?.wins ?? 0,
    ties: shown?.ties ?? 0,
    losses: shown?.losses ?? 0,
    reference: typeof shown?.candidate === 'number' ? 1 - shown.candidate : null,
    candidate: shown?.candidate ?? null,
    margin: judge.margin,
    thresholdMs: null,
    safeLogE: deciding?.safe.logE ?? 0,
    harmLogE: deciding?.harm.logE ?? 0,
    remaining: remainingOf(state, deciding, judge, bars),
    winRate: {
      sensitivity: judge.sensitivity,
      unfit: judge.unfit,
      waitsFor: judge.waitsFor,
      ...(judge.awaits !== undefined && { awaits: judge.awaits }),
      unproven,
      labels: judge.labelled
        ? { offered: answers.offered, answered: answers.answered, kappa: rate?.kappa ?? null }
        : null,
    },
  };
}

interface Known {
  /** By the word of the judge alone. */
  readonly alone: Numbers | null;
  /** In the form that passes and breaks the gate. */
  readonly deciding: Numbers | null;
  readonly blind: boolean;
  readonly contradicted: boolean;
}

function stateOf(judge: JudgeStanding, { alone, deciding, blind, contradicted }: Known, bars: Bars): GateState {
  // The mean over J gates is at least one gate's share of it.
  if (deciding !== null && deciding.harm.logE >= bars.harm + Math.log(bars.gates)) return 'harm';
  if (blind) return 'judge_insensitive';
  if (judge.sensitivity === null) return 'waiting';
  if (judge.labelled && deciding !== null && known(deciding) && deciding.safe.logE >= bars.safe) return 'safe';
  if (!contradicted && alone !== null && known(alone) && alone.safe.logE >= bars.safe) {
    // A judge may have gone blind since its trial, or like length: nobody knows before enough canaries have come after this evidence.
    if (judge.unproven === 0) return 'provisional';
    if (!judge.labelled) return 'waiting';
  }
  if (judge.labelled && deciding === null && alone !== null) return 'waiting';
  return deciding !== null && known(deciding) ? 'open' : 'empty';
}

/**
 * Whether labels speak against the candidate, however few they are: none of the bets on it has grown, or the corrected win rate is below the
 * boundary. Offers that nobody answered are no label: they count against it only beside some that were.
 */
function isAgainst({ offered, unanswered, safe, corrected, m }: WinRateSnapshot): boolean {
  return offered > unanswered && (safe.logLargest <= 0 || (corrected !== null && corrected < m));
}

/** Canaries that are still to vouch for evidence that is large enough, at least; 0 where none is. */
function leftOf(evidence: PreferenceEvidence | undefined, alone: Numbers | null, bars: Bars): number {
  if (alone === null || alone.safe.logE < bars.safe) return 0;
  return unvouched(evidence?.vouching ?? NOBODY, bars.safe) ?? 1;
}

const NOBODY: Vouching = { seen: 0, marks: [] };

/**
 * Whether the answers so far put the win rate below the boundary: what the judge alone says, corrected by how people differ from it on the
 * pairs that both have seen. Slices close in order, and one offer that nobody answers keeps all that came after it out of the evidence for
 * days. No part of any claim: who has not answered yet is not in it.
 */
function areAgainst(answers: AnswersSoFar | undefined, alone: Numbers | null, { margin }: JudgeStanding): boolean {
  if (answers === undefined || answers.compared === 0 || alone === null || alone.candidate === null) return false;
  const share = Math.min(1, answers.judged / Math.max(1, alone.pairs - alone.missing));
  return alone.candidate + share * (answers.difference / answers.compared) < 0.5 - margin;
}

function answersIn(rate: WinRateSnapshot | null): Pick<AnswersSoFar, 'offered' | 'answered'> {
  return { offered: rate?.offered ?? 0, answered: (rate?.offered ?? 0) - (rate?.unanswered ?? 0) };
}

function remainingOf(
  state: GateState,
  deciding: Numbers | null,
  { labelled }: JudgeStanding,
  bars: Bars,
): Range | null {
  if (state === 'provisional' && !labelled) return { low: 0, high: 0 };
  if (deciding === null || (state !== 'open' && state !== 'provisional')) return null;
  return pairsRemaining({ logLargest: deciding.safe.logLargest, pairs: deciding.pairs }, bars.safe);
}

function known({ pairs, missing }: Numbers): boolean {
  return pairs > missing;
}

/** Read for each claim from its own boundary; the counts are the same in both. */
function judgedNumbers(judged: { readonly safe: Tally; readonly harm: Tally } | null): Numbers | null {
  return judged === null ? null : { ...snapshot(judged.safe), harm: snapshot(judged.harm).harm };
}

function labelledNumbers(rate: WinRateSnapshot): Numbers {
  return { ...rate, missing: rate.missing + rate.abstained, candidate: rate.corrected ?? rate.judge };
}

/** The word of a judge that may not decide adds nothing to what the other gates prove. */
function capped(numbers: Numbers | null): Numbers | null {
  if (numbers === null) return null;
  const { safe, harm } = numbers;
  return {
    ...numbers,
    safe: { ...safe, logE: Math.min(0, safe.logE) },
    harm: { ...harm, logE: Math.min(0, harm.logE) },
  };
}

function checkBoundaries(
  { margin }: JudgeStanding,
  boundary: { readonly safe: number; readonly harm: number } | null,
  stream: string,
  evidence: PreferenceEvidence | undefined,
): void {
  const wrong = (m: number, expected: number): PolicyError =>
    new PolicyError(`the evidence of win_rate in ${stream} was tested against m = ${m}, the run says ${expected}`);
  const { judged, labelled } = evidence ?? { judged: null, labelled: null };
  if (judged !== null && boundary !== null) {
    if (judged.safe.m !== boundary.safe) throw wrong(judged.safe.m, boundary.safe);
    if (judged.harm.m !== boundary.harm) throw wrong(judged.harm.m, boundary.harm);
  }
  if (labelled !== null && labelled.design.m !== 0.5 - margin) throw wrong(labelled.design.m, 0.5 - margin);
}
