import { describe, expect, it } from 'vitest';
import { replayed, runOfPolicy } from './run-replay.js';
import { answered, lineOf, START, trialOf } from './trials.js';

const MINUTE_MS = 60_000;
const GATES = 'minPairs: 100\ngates: { errors: { margin: 0.1 } }\n';

describe('a full day in a replay', () => {
  const lines = (policy: string, everyMs: number) =>
    Array.from({ length: 1200 }, (_, at) =>
      lineOf(trialOf({ at, run: runOfPolicy(policy), startedAt: START + at * everyMs })),
    );

  it.each([1, 5])('is one whose hours have all had a pair, over %i shards', async (shards) => {
    const policy = `fullDay: true\n${GATES}`;
    const short = await replayed(lines(policy, MINUTE_MS), policy, { shards });
    expect(short.verdict).toMatchObject({ state: 'hold', reason: 'coverage' });
    expect(short.verdict.sentence).toContain(
      'no pair is yet of 4 of its 24 hours: 20:00-21:00 UTC, 21:00-22:00 UTC, 22:00-23:00 UTC and 1 more',
    );
    const long = await replayed(lines(policy, 2 * MINUTE_MS), policy, { shards });
    expect(long.verdict.state).toBe('go');
  });

  it('is not asked for where the policy does not', async () => {
    expect((await replayed(lines(GATES, MINUTE_MS), GATES)).verdict.state).toBe('go');
    expect(runOfPolicy(`fullDay: false\n${GATES}`)).toBe(runOfPolicy(GATES));
    expect(runOfPolicy(`fullDay: true\n${GATES}`)).not.toBe(runOfPolicy(GATES));
  });
});

it('holds for legs that are missing in one segment, however few they are of all', async () => {
  const lost = { status: 'missing', reason: 'leg_deadline' } as const;
  const lines = Array.from({ length: 6000 }, (_, at) => {
    const segment = at % 100 === 0 ? 'refunds' : 'search';
    const isLost = at % 300 === 0;
    return lineOf(
      trialOf({ at, run: runOfPolicy(GATES), segment, aa: answered('again'), ...(isLost && { shadow: lost }) }),
    );
  });
  const { verdict } = await replayed(lines, GATES);
  expect(verdict).toMatchObject({ state: 'hold', reason: 'lossy' });
  expect(verdict.sentence).toContain('20 of 60 admitted legs of calls of refunds were lost');
});
