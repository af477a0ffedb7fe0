import { UnderstudyError } from '../../errors.js';
import type { JudgeMemory } from '../../judge/judge.js';
import type { AbstainReason, Judgement } from '../../judge/judgement.js';
import { unpriced } from './purse.js';
import type { RunJudge } from './run-judges.js';

/** What this process knows of the endpoints that a judge on trial asks, by the hash of a model that is a judge or a member of one. */
export interface Endpoints {
  /** They have answered, be it with something that nobody could read: what they refuse from then on, is refused for its text. */
  readonly answered: Set<string>;
  /** What was said of them last, until they answer. */
  readonly told: Map<string, string>;
  /** Goes of the trial that ended with a refusal of one that had answered nothing, one after the other. */
  refusals: number;
}

const known = new WeakMap<RunJudge, Endpoints>();

export function endpointsOf(judge: RunJudge): Endpoints {
  const endpoints = known.get(judge) ?? { answered: new Set(), told: new Map(), refusals: 0 };
  known.set(judge, endpoints);
  return endpoints;
}

/** A model that gave no verdict, and why. */
interface Silence {
  readonly judge: string;
  readonly model: string;
  readonly reason: AbstainReason;
  readonly detail: string;
}

/** An address or a key that is wrong is refused with these, and so is a text. */
const REFUSALS: ReadonlySet<AbstainReason | null> = new Set(['unauthorized', 'refused', 'redirect']);
const ANSWERS: ReadonlySet<AbstainReason | null> = new Set([
  null,
  'unparseable',
  'truncated',
  'filtered',
  'no_probabilities',
]);

/** Notes who has answered: any of the two orders is enough, and what is remembered is, too. */
export function noteAnswers(said: Judgement, { answered, told }: Endpoints): void {
  for (const { judge, orders } of singleOf(said)) {
    if (!orders.some(({ reason }) => ANSWERS.has(reason))) continue;
    answered.add(judge);
    told.delete(judge);
  }
}

/**
 * What a model said that refused it and has answered nothing yet: that may be its address or its key, and is no word on this text. Null where there is none.
 */
export function refusalIn(
  said: Judgement,
  { answered }: Endpoints,
): Extract<Judgement, { status: 'abstained' }> | null {
  for (const one of singleOf(said))
    if (one.status === 'abstained' && REFUSALS.has(one.reason) && !answered.has(one.judge)) return one;
  return null;
}

/** Whether nothing but a text may be wrong where it is refused: a key and a redirect are never a text's. */
export function isOfTextPerhaps(said: Judgement): boolean {
  return !singleOf(said).some(({ orders }) =>
    orders.some(({ reason }) => reason !== 'refused' && REFUSALS.has(reason)),
  );
}

/** A memory that keeps no refusal: it costs nothing to ask again, and a key that was wrong may have been put right. */
export function withoutRefusals(memory: JudgeMemory): JudgeMemory {
  return {
    async get(key) {
      const result = await memory.get(key);
      return result !== null && REFUSALS.has(result.reason) ? null : result;
    },
    set: async (key, result) => (REFUSALS.has(result.reason) ? undefined : memory.set(key, result)),
  };
}

/** What is waited for, for a person. A provider's words are not in it: it is stored beside the numbers. */
export function whyOf(said: Judgement, judge: RunJudge): string {
  const [first] = silencesOf(said, judge);
  if (first === undefined) return 'its endpoint';
  const { reason, detail, model } = first;
  if (reason === 'unpaid') {
    return detail === unpriced(model)
      ? `a price: \`budget.prices\` has none for ${model}`
      : `money or a turn: ${detail}`;
  }
  const code = /^HTTP \d{3}/.exec(detail);
  return `its endpoint: ${reason}${code === null ? '' : ` (${code[0]})`}`;
}

/** Tells once, until it answers, of an endpoint that cannot be reached or refuses everything. */
export function tell(said: Judgement, judge: RunJudge, experiment: string, onError: (error: unknown) => void): void {
  const { told, answered } = endpointsOf(judge);
  for (const { judge: hash, model, reason, detail } of silencesOf(said, judge)) {
    const isWrong = reason === 'unreached' || (REFUSALS.has(reason) && !answered.has(hash));
    if (!isWrong || told.get(hash) === reason) continue;
    told.set(hash, reason);
    const what = `the judge of ${experiment} waits for its endpoint: ${model}: ${reason}: ${detail}`;
    onError(new UnderstudyError('judge', what, { retryable: true }));
  }
}

function silencesOf(said: Judgement, { definition }: RunJudge): readonly Silence[] {
  return singleOf(said).flatMap((one, at) =>
    one.status === 'abstained'
      ? [{ judge: one.judge, model: definition.models[at]?.model ?? '', reason: one.reason, detail: one.detail }]
      : [],
  );
}

/** What each model said: of a jury or a cascade its members, in their order. */
function singleOf(said: Judgement): readonly Judgement[] {
  return said.members.length > 0 ? said.members : [said];
}
