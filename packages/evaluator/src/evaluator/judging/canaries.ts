import { UnderstudyError } from '../../errors.js';
import { draw } from '../../judge/select.js';
import { judgedPairOf, type JudgedPair } from '../../judge/judged-pair.js';
import { cutPair, type TextLimits } from '../../judge/cut.js';
import { type Canary, type CanarySource, canStandFor, makeCanary } from '../../judge/trial/canary.js';
import { type CanaryKind, type CanaryRandom, TELLING_KINDS } from '../../judge/trial/canary-kinds.js';
import { planCanaries, REST, tellingOf } from '../../judge/trial/plan-canaries.js';
import type { AnswerOfPrimary } from '../../ledger/judging/judging-ledger.js';
import type { PairContent } from '../../ledger/record.js';

/** A canary, and the pair whose texts it is made of. */
export interface PlacedCanary {
  readonly canary: Canary;
  readonly pair: string;
}

/** Stored answers to make canaries of, no two the same. */
export interface Sources {
  readonly found: readonly (CanarySource & { readonly pair: string })[];
  /** Stored calls that were looked at for them. */
  readonly looked: number;
}

/** More distinct answers than these make no canary more independent. */
export function mostSources(count: number): number {
  return tellingOf(count);
}

/** Stored calls read at once: each may be of a megabyte. */
const PAGE = 25;
/** Stored calls looked at for distinct answers, each time: of a service that says the same all day there may be few. */
const MOST_LOOKED = 2_000;

/**
 * The first distinct answers of a run, up to `most`.
 *
 * @param pageOf The stored answers after a call, in the order of calls.
 */
export async function sourcesOf(
  pageOf: (after: string | undefined, limit: number) => Promise<readonly AnswerOfPrimary[]>,
  most: number,
  limits: TextLimits,
): Promise<Sources> {
  const found = new Map<string, CanarySource & { readonly pair: string }>();
  let looked = 0;
  let after: string | undefined;
  while (looked < MOST_LOOKED && found.size < most) {
    const page = await pageOf(after, PAGE);
    for (const { pair, content } of page) {
      const source = sourceOf(content, limits);
      const text = source === null ? '' : JSON.stringify([source.request, source.answer.trim()]);
      if (source !== null && found.size < most && !found.has(text)) found.set(text, { ...source, pair });
    }
    looked += page.length;
    after = page.at(-1)?.call;
    if (page.length < PAGE) break;
  }
  return { found: [...found.values()], looked };
}

/** The canaries of a trial, the same for the same sources: who begins again finds what was paid for. Or what is missing for them. */
export function trialCanaries(
  { found, looked }: Sources,
  count: number,
  name: string,
  key: string,
): readonly PlacedCanary[] | { readonly missing: string } {
  const lots = (kind: CanaryKind, at: number): CanaryRandom => randomOf(`${name} ${kind} ${found[at]?.pair}`, key);
  const { canaries, missing } = planCanaries(found, count, lots);
  if (missing === 0) return canaries.map(({ canary, source }) => ({ canary, pair: found[source]?.pair ?? '' }));
  const calls = looked === 1 ? '1 stored call' : `${looked} stored calls`;
  if (found.length === 0) return { missing: `answers: there is no text in ${calls}` };
  const distinct = found.length === 1 ? 'the distinct one' : `the ${found.length} distinct ones`;
  const leave = found.length === 1 ? 'leaves' : 'leave';
  return { missing: `other answers: ${distinct} in ${calls} ${leave} ${missing} of ${count} canaries unmade` };
}

/** What a canary beside a pair of traffic is made of. */
export interface Beside {
  readonly pair: string;
  readonly texts: JudgedPair;
  readonly limits: TextLimits;
  /** Answers of the run, for the one that belongs to another request. */
  readonly others: () => Promise<readonly AnswerOfPrimary[]>;
}

/** Answers of the run among which one to another request is looked for: of labels, most may be the same. */
export const OTHERS = 64;

/** Of canaries beside pairs, the share of telling kinds: that of a trial. */
const TELLING_SHARE = tellingOf(100) / 100;

/** A canary beside a pair of traffic, made of it, where it is drawn; null for most. */
export async function canaryOfPair(beside: Beside, rate: number, key: string): Promise<Canary | null> {
  const { pair, texts, limits } = beside;
  if (draw('canary', pair, key) >= rate) return null;
  const source: CanarySource = { request: asked(texts.request, limits), answer: shown(texts.primary, limits) };
  const isTelling = draw('canary', `${pair} telling`, key) < TELLING_SHARE;
  const kinds: readonly CanaryKind[] = isTelling ? TELLING_KINDS : REST;
  const first = Math.floor(draw('canary', `${pair} kind`, key) * kinds.length);
  for (const kind of new Set([...kinds.slice(first), ...kinds.slice(0, first)])) {
    const other = kind === 'other_answer' ? await otherOf(source, beside, draw('canary', `${pair} other`, key)) : null;
    const canary = makeCanary(kind, source, randomOf(`${pair} ${kind}`, key), other);
    if (canary !== null) return canary;
  }
  return null;
}

async function otherOf(source: CanarySource, { others, limits }: Beside, start: number): Promise<CanarySource | null> {
  const answers = await others().catch(none);
  const first = Math.floor(start * answers.length);
  for (const { content } of [...answers.slice(first), ...answers.slice(0, first)]) {
    const other = sourceOf(content, limits);
    if (other !== null && canStandFor(other, source)) return other;
  }
  return null;
}

/** Of answers whose key is not here, none is known. */
function none(error: unknown): readonly AnswerOfPrimary[] {
  if (UnderstudyError.isInstance(error) && error.code === 'sealed') return [];
  throw error;
}

/** The primary's answer, read as it is for judging. */
function sourceOf({ input, primary }: PairContent, limits: TextLimits): CanarySource | null {
  const texts = judgedPairOf(input, primary, primary);
  if (texts === null || texts.primary.trim() === '') return null;
  return { request: asked(texts.request, limits), answer: shown(texts.primary, limits) };
}

/** For the note that a request is cut, so that it is not cut once more. */
const ROOM = 100;

function asked(request: string, limits: TextLimits): string {
  return cutPair({ request, primary: '', shadow: '' }, { ...limits, request: limits.request - ROOM }).request;
}

/** No more than a judge is shown: what is wrong in the part that is left out cannot be seen. */
function shown(answer: string, { answer: most }: TextLimits): string {
  if (answer.length <= most) return answer;
  const cut = answer.slice(0, most);
  const end = cut.search(/\s\S*$/);
  return end > most / 2 ? cut.slice(0, end) : cut;
}

/** Lots by a name: one digest, then a generator of 32 bits (Weyl's sequence, mixed), since a long answer draws one for each word. */
function randomOf(name: string, key: string): CanaryRandom {
  let state = Math.floor(draw('canary', name, key) * 2 ** 32);
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
