import { ConfigurationError } from '@understudy/instrumentation/experiment';
import type { Judge } from './judge.js';
import { type Judgement, type Outcome, scoreOf, usageOf } from './judgement.js';
import { hashOf } from './model-judge.js';

/**
 * Several judges, asked side by side; each answer that more than half of the judgements give is the jury's, otherwise it is a tie.
 * Without a judgement of more than half of its members the jury abstains. It is not decided without a member that may still answer: who is on a
 * jury would depend on whose provider is busy.
 *
 * @throws ConfigurationError for fewer than two judges, or one judge twice: its vote would count double.
 */
export function createJury(judges: readonly Judge[]): Judge {
  if (judges.length < 2 || new Set(judges.map(({ hash }) => hash)).size !== judges.length) {
    throw new ConfigurationError('judge.jury', ['expected two or more different judges']);
  }
  const hash = hashOf({ jury: judges.map((judge) => judge.hash).toSorted() });
  return {
    name: `jury of ${judges.map(({ name }) => name).join(', ')}`,
    hash,
    ...togetherOf(judges),
    async judge(pair, context) {
      return majority(hash, await Promise.all(judges.map((judge) => judge.judge(pair, context))));
    },
  };
}

/** What several judges are, seen as one: all their models, the longest limits, the sum of their costs. */
export function togetherOf(judges: readonly Judge[]): Pick<Judge, 'models' | 'limits' | 'most'> {
  const sum = (field: keyof Judge['most']): number => judges.reduce((total, { most }) => total + most[field], 0);
  const longest = (field: keyof Judge['limits']): number => Math.max(...judges.map(({ limits }) => limits[field]));
  return {
    models: judges.flatMap(({ models }) => models),
    limits: { request: longest('request'), answer: longest('answer'), reference: longest('reference') },
    most: { calls: sum('calls'), inputLength: sum('inputLength'), outputTokens: sum('outputTokens') },
  };
}

function majority(judge: string, members: readonly Judgement[]): Judgement {
  const calls = members.reduce((sum, member) => sum + member.calls, 0);
  const common = { judge, orders: [], cut: members[0]?.cut ?? [], calls, usage: usageOf(members), members };
  const votes = members.filter((member) => member.status === 'judged');
  const absent = members.filter((member) => member.status === 'abstained');
  const isWaited = absent.some(({ retryable }) => retryable);
  if (isWaited || 2 * votes.length <= members.length) {
    const waits = absent.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    return {
      status: 'abstained',
      ...common,
      reason: 'no_quorum',
      detail: absent.map(({ reason }) => reason).join(', '),
      retryable: isWaited,
      retryAfterMs: waits.length === 0 ? null : Math.max(...waits),
    };
  }
  const exact = votes.every(({ how }) => how === 'exact');
  const share = (outcome: Outcome): number => votes.filter((vote) => vote.outcome === outcome).length / votes.length;
  const outcome = (['primary', 'shadow'] as const).find((side) => share(side) > 0.5) ?? 'tie';
  return {
    status: 'judged',
    ...common,
    outcome,
    score: scoreOf(outcome),
    how: exact ? 'exact' : 'majority',
    confidence: share(outcome),
    preference: votes.reduce((sum, vote) => sum + vote.preference, 0) / votes.length,
  };
}
