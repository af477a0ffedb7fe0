import { ConfigurationError } from '@understudy/instrumentation/experiment';
import type { Judge } from './judge.js';
import { type Judgement, usageOf } from './judgement.js';
import { togetherOf } from './jury.js';
import { hashOf } from './model-judge.js';

/** A judge and what it must be sure of to be the last one asked. */
export interface CascadeStep {
  readonly judge: Judge;
  /** In [0,1]: a judgement that is less sure goes to the next step, as do a final abstention and orders that disagree. */
  readonly enough: number;
}

/**
 * Asks a cheap judge first and a stronger one where the first is not sure. What the last one asked says stands, an abstention as
 * well: to fall back on the doubts of the first would choose the judge by its verdict. A step that may still answer is waited for: otherwise
 * whose word stands would depend on whose provider is busy.
 *
 * @throws ConfigurationError without steps, or for a confidence outside [0,1]
 */
export function createCascade(steps: readonly CascadeStep[], last: Judge): Judge {
  const bad = steps.find(({ enough }) => !(enough >= 0 && enough <= 1));
  if (steps.length === 0 || bad !== undefined) {
    const got = bad === undefined ? 'no step' : String(bad.enough);
    throw new ConfigurationError('judge.cascade', [`expected steps with a confidence in [0,1], got ${got}`]);
  }
  const judges = [...steps.map(({ judge }) => judge), last];
  const hash = hashOf({ cascade: steps.map(({ judge, enough }) => [judge.hash, enough]), last: last.hash });
  return {
    name: judges.map(({ name }) => name).join(', then '),
    hash,
    ...togetherOf(judges),
    async judge(pair, context) {
      const members: Judgement[] = [];
      for (const { judge, enough } of steps) {
        const said = await judge.judge(pair, context);
        members.push(said);
        if (said.status === 'abstained' && said.retryable) return whole(said, members);
        if (said.status === 'judged' && said.how !== 'disagreed' && said.confidence >= enough)
          return whole(said, members);
      }
      const said = await last.judge(pair, context);
      return whole(said, [...members, said]);
    },
  };

  function whole(said: Judgement, members: readonly Judgement[]): Judgement {
    const calls = members.reduce((sum, member) => sum + member.calls, 0);
    return { ...said, judge: hash, calls, usage: usageOf(members), members };
  }
}
