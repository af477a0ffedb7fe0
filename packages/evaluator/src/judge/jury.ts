import { ConfigurationError } from '@understudy/instrumentation/experiment';
import type { Judge } from './judge.js';
import { type Judgement, type Outcome, scoreOf, usageOf } from './judgement.js';
import { hashOf } from './model-judge.js';

/**
 * Several judges, asked side by side; each answer that more than half of the judgements give is the jury's, otherwise it is a tie.
 * Without a judgement of more than half of its members the jury abstains.
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
    models: judges.flatMap(({ models }) => models),
    most: mostOfAll(judges),
    async judge(pair, context) {
      return majority(hash, await Promise.all(judges.map((judge) => judge.judge(pair, context))));
    },
  };
}

/** What several judges cost together at most. */
export function mostOfAll(judges: readonly Judge[]): Judge['most'] {
  return judges.reduce<Judge['most']>(
    (sum, { most }) => ({
      calls: sum.calls + most.calls,
      inputLength: sum.inputLength + most.inputLength,
      outputTokens: sum.outputTokens + most.outputTokens,
    }),
    { calls: 0, inputLength: 0, outputTokens: 0 },
  );
}

function majority(judge: string, members: readonly Judgement[]): Judgement {
  const calls = members.reduce((sum, member) => sum + member.calls, 0);
  const common = { judge, orders: [], cut: members[0]?.cut ?? [], calls, usage: usageOf(members), members };
  const votes = members.filter((member) => member.status === 'judged');
  if (2 * votes.length <= members.length) {
    const absent = members.filter((member) => member.status === 'abstained');
    const waits = absent.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    return {
      status: 'abstained',
      ...common,
      reason: 'no_quorum',
      detail: absent.map(({ reason }) => reason).join(', '),
      retryable: absent.some(({ retryable }) => retryable),
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
