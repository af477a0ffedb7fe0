import { draw } from '../../judge/select.js';
import { type Canary, type CanarySource, makeCanary, planCanaries } from '../../judge/trial/canary.js';
import { CANARY_KINDS, type CanaryRandom } from '../../judge/trial/canary-kinds.js';
import { judgedPairOf, type JudgedPair } from '../../judge/judged-pair.js';
import type { AnswerOfPrimary } from '../../ledger/judging/judging-ledger.js';
import type { PairContent } from '../../ledger/record.js';

/** A canary, and the pair whose texts it is made of. */
export interface PlacedCanary {
  readonly canary: Canary;
  readonly pair: string;
}

/** Each kind is tried on so many answers at least. */
const KINDS = CANARY_KINDS.length;

/** Stored answers that so many canaries need: no two of one kind are of one answer. */
export function answersFor(count: number): number {
  return Math.ceil(count / KINDS);
}

/** The same canaries for the same answers: who starts again finds what was paid for. */
export function trialCanaries(
  answers: readonly AnswerOfPrimary[],
  count: number,
  name: string,
  key: string,
): readonly PlacedCanary[] {
  const pairs = new Map<string, string>();
  const sources = answers.flatMap(({ pair, content }) => {
    const source = sourceOf(content);
    const text = source === null ? '' : textOf(source.request, source.answer);
    if (source === null || pairs.has(text)) return [];
    pairs.set(text, pair);
    return [source];
  });
  return planCanaries(sources, count, randomOf(name, key)).flatMap((canary) => {
    const { request, primary, shadow } = canary.pair;
    const pair = pairs.get(textOf(request, primary)) ?? pairs.get(textOf(request, shadow));
    return pair === undefined ? [] : [{ canary, pair }];
  });
}

/** A canary beside a pair of traffic, made of it, where it is drawn; null for most. */
export function canaryOfPair(pair: string, { request, primary }: JudgedPair, rate: number, key: string): Canary | null {
  if (draw('canary', pair, key) >= rate) return null;
  const first = Math.floor(draw('canary', `${pair} kind`, key) * KINDS);
  for (const kind of [...CANARY_KINDS.slice(first), ...CANARY_KINDS.slice(0, first)]) {
    const canary = makeCanary(kind, { request, answer: primary }, randomOf(pair, key));
    if (canary !== null) return canary;
  }
  return null;
}

/** The primary's answer, read as it is for judging. */
function sourceOf({ input, primary }: PairContent): CanarySource | null {
  const texts = judgedPairOf(input, primary, primary);
  return texts === null ? null : { request: texts.request, answer: texts.primary };
}

function textOf(request: string, answer: string): string {
  return JSON.stringify([request, answer]);
}

function randomOf(name: string, key: string): CanaryRandom {
  let drawn = 0;
  return () => draw('canary', `${name} ${(drawn += 1)}`, key);
}
