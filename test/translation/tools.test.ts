import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { RUNNERS, type Runner } from './runners.js';
import { startShadowed } from './shadowed-service.js';
import { SPEAKERS } from './speakers.js';

/** Of each SDK; each gets a tool call of every candidate. */
const ROUNDS = 40;
const AT_ONCE = 8;
const REPLIES = ROUNDS * Object.keys(RUNNERS).length * SPEAKERS.length;

describe('tools that candidates call', () => {
  let primaries: Provider;
  let candidates: Provider;

  beforeAll(async () => {
    primaries = await startProvider();
    candidates = await startProvider();
  });

  afterAll(async () => {
    await primaries.close();
    await candidates.close();
  });

  /** How often each SDK has executed its tool, over all rounds. */
  async function executions(): Promise<Readonly<Record<string, number>>> {
    const counts: Record<string, number> = {};
    const run = async ([dialect, runner]: readonly [string, Runner]): Promise<void> => {
      await runner(`${primaries.origin}/tool`, () => {
        counts[dialect] = (counts[dialect] ?? 0) + 1;
        return 'sunny';
      });
    };
    const runs = Array.from({ length: ROUNDS }, () => Object.entries(RUNNERS)).flat();
    while (runs.length > 0) await Promise.all(runs.splice(0, AT_ONCE).map(run));
    return counts;
  }

  it(`are never executed: ${REPLIES} replies, 0 executions`, { timeout: 120_000 }, async () => {
    const without = await executions();
    const targets = SPEAKERS.map(({ dialect, prefix }) => [
      dialect,
      {
        dialect,
        model: 'other',
        baseUrl: `${candidates.origin}/${dialect}/tool${prefix}`,
        ...(dialect === 'anthropic-messages' && { parameters: { max_tokens: 100 } }),
      },
    ]);
    const shadow = { concurrency: 1024 };
    await using service = await startShadowed(Object.fromEntries(targets), 'key-of-the-candidate', { shadow });
    const seenBefore = primaries.seen.length;
    const withUs = await service.tapped(executions);
    const trials = await service.trials();

    const legs = trials.flatMap((trial) => Object.values(trial.legs));
    const calls = legs.filter((leg) => leg.status === 'ok' && leg.finish === 'tool_call');
    const parts = calls.flatMap((leg) =>
      leg.status === 'ok' && leg.answer.kind === 'text' ? leg.answer.messages.flatMap(({ parts: all }) => all) : [],
    );
    expect(parts.filter(({ type }) => type === 'tool_call')).toHaveLength(REPLIES);
    // One execution for each of the primary's own calls, as without us, and none for the candidates'.
    expect(withUs).toEqual(without);
    expect(Object.values(withUs).reduce((sum, count) => sum + count, 0)).toBe(ROUNDS * Object.keys(RUNNERS).length);
    // Nor does a result go to a candidate that the primary did not send itself: two turns of each, and no third.
    expect(primaries.seen.length - seenBefore).toBe(2 * ROUNDS * Object.keys(RUNNERS).length);
    const second = ROUNDS * (Object.keys(RUNNERS).length - 1) * SPEAKERS.length;
    expect(candidates.seen).toHaveLength(REPLIES + second);
    // Anthropic's runner has its conversation held by the provider: its second turn says only what is new.
    for (const { dialect } of SPEAKERS) expect(await service.dropped(dialect)).toEqual({ disallowed_feature: ROUNDS });
  });
});
