import { beforeAll, describe, expect, it } from 'vitest';
import { replayed, runOfPolicy, type Said } from './run-replay.js';
import { toolCallTrials } from './tool-calls.js';
import { lineOf } from './trials.js';

const GATES = `
policy:
  minPairs: 500
  gates: { errors: { margin: 0.02 }, validity: { margin: 0.02 }, latency_p50: { ratio: 1.2 } }
`;
const CRITICAL = `candidate: { model: small }\nsample: { rate: 1 }\nsegments: { critical: [refunds] }${GATES}`;
const UNCRITICAL = `candidate: { model: small }\nsample: { rate: 1 }${GATES}`;

describe('1,700 pairs of tool calls, better overall and worse in one segment', () => {
  const lines = toolCallTrials(runOfPolicy(CRITICAL), 7).map(lineOf);
  let said: Said;
  beforeAll(async () => {
    said = await replayed(lines, CRITICAL);
  });

  it('are NO_GO, with the segment named', () => {
    expect(said.verdict).toMatchObject({ state: 'no_go', reason: 'harm', transition: { stream: 'refunds' } });
    expect(said.verdict.sentence).toMatch(/^NO_GO: validity in refunds /);
    expect(said.exit).toBe(1);
    expect(said.report.lines).toMatchObject({ read: 1700, unreadable: 0, repeated: 0 });
  });

  it('would be GO without that segment', async () => {
    const others = toolCallTrials(runOfPolicy(UNCRITICAL), 7).filter(({ segment }) => segment !== 'refunds');
    const { verdict, exit } = await replayed(others.map(lineOf), UNCRITICAL);
    expect(verdict).toMatchObject({ state: 'go', pairs: 1350 });
    expect(exit).toBe(0);
  });

  it('say of each segment alone what it says', () => {
    const { segments } = JSON.parse(said.json) as { segments: Record<string, { state: string }> };
    expect(Object.keys(segments)).toEqual(['calendar', 'mail', 'refunds', 'search']);
    expect(segments['refunds']?.state).toBe('no_go');
    expect(segments['search']?.state).not.toBe('no_go');
  });

  it('give the same JSON in any order', async () => {
    for (const shuffle of [1, 2, 3]) expect((await replayed(lines, CRITICAL, { shuffle })).json).toBe(said.json);
    expect((await replayed(lines.toReversed(), CRITICAL)).json).toBe(said.json);
  });

  it('give the same JSON over any number of shards', async () => {
    for (const shards of [2, 3, 5, 8, 16])
      expect((await replayed(lines, CRITICAL, { shards, shuffle: shards })).json).toBe(said.json);
  });

  it('give the same JSON where rows do not fit into memory', async () => {
    expect((await replayed(lines, CRITICAL, { sorting: { inMemory: 20_000 }, shuffle: 9 })).json).toBe(said.json);
  });
});
