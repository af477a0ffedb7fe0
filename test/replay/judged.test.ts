import { describe, expect, it } from 'vitest';
import { replayed, runOfPolicy } from './run-replay.js';
import { FAILED, lineOf, trialOf } from './trials.js';

const POLICY = `
candidate: { model: small }
sample: { rate: 1 }
judge: { model: large, rubric: helpfulness, apiKey: { env: KEY } }
policy: { minPairs: 300, gates: { errors: { margin: 0.03 }, win_rate: { margin: 0.2 } } }
`;
const RUN = runOfPolicy(POLICY);

interface Said {
  readonly score: number | null;
  readonly label?: number | null;
}

/** Pairs a judge was asked about, and every tenth a person. */
const judged = (calls: number, say: (at: number) => Said): readonly string[] =>
  Array.from({ length: calls }, (_, at) => {
    const { score, label } = say(at);
    const labels = label === undefined ? {} : { labels: { candidate: label } };
    return lineOf({ ...trialOf({ at, run: RUN }), judgements: { candidate: { score } }, ...labels });
  });
const everyTenth = (at: number, label: number | null): { label?: number | null } => (at % 10 === 0 ? { label } : {});
const CANDIDATE_BETTER = (at: number): number => (at % 4 === 0 ? 0 : 1);

describe('judgements and labels of before', () => {
  it('are GO where people agree with the judge', async () => {
    const lines = judged(1500, (at) => ({ score: CANDIDATE_BETTER(at), ...everyTenth(at, CANDIDATE_BETTER(at)) }));
    const { verdict } = await replayed(lines, POLICY, { sensitivity: 0.9 });
    expect(verdict).toMatchObject({ state: 'go' });
    expect(verdict.gates.map(({ gate, state }) => [gate, state])).toEqual([
      ['errors', 'safe'],
      ['win_rate', 'safe'],
    ]);
    const sharded = await replayed(lines, POLICY, { sensitivity: 0.9, shards: 7, shuffle: 5 });
    expect(sharded.verdict).toEqual(verdict);
  });

  it('are never GO by the word of a judge of whom nothing is known', async () => {
    const lines = judged(1500, (at) => ({ score: CANDIDATE_BETTER(at), ...everyTenth(at, CANDIDATE_BETTER(at)) }));
    const { verdict } = await replayed(lines, POLICY);
    expect(verdict).toMatchObject({ state: 'hold' });
    expect(verdict.gates.find(({ gate }) => gate === 'win_rate')?.state).toBe('waiting');
  });

  it('are asked for where there are none, even beside a worse reason', async () => {
    const failing = (at: number) => (at % 4 === 0 ? { shadow: FAILED } : {});
    const lines = Array.from({ length: 40 }, (_, at) => lineOf(trialOf({ at, run: RUN, ...failing(at) })));
    const { verdict } = await replayed(lines, POLICY);
    const waits =
      "win_rate waits for `judgements` in the lines (without them its pairs are those in which a call failed), `--sensitivity J`, what the judge's canaries showed and `labels` in the lines";
    expect(verdict).toMatchObject({ state: 'hold', reason: 'inconclusive' });
    expect(verdict.holds.at(-1)).toEqual({ reason: 'insufficient', sentence: waits });

    const undrawn = judged(280, () => ({ score: 1, label: 1 }));
    const given = await replayed(undrawn, POLICY, { sensitivity: 0.9 });
    expect(given.verdict.sentence).toContain('`labels` that were drawn as the policy says (`judge.labels.rate`)');
    expect(given.verdict.holds.filter(({ sentence }) => sentence.includes('win_rate'))).toHaveLength(1);
  });

  it('of a policy that asks nobody are not enough', async () => {
    const policy = POLICY.replace('rubric: helpfulness,', 'rubric: helpfulness, labels: { rate: 0 },');
    const run = runOfPolicy(policy);
    const lines = Array.from({ length: 1500 }, (_, at) =>
      lineOf({ ...trialOf({ at, run }), judgements: { candidate: { score: 1 } } }),
    );
    const { verdict } = await replayed(lines, policy, { sensitivity: 0.9 });
    expect(verdict.sentence).toContain(
      "win_rate waits for labels (`judge.labels.rate`), since the judge's word alone needs canaries",
    );
  });

  it.each([
    ['ties without a label', (): Said => ({ score: 0.5 })],
    ['ties that nobody answered for', (at: number): Said => ({ score: 0.5, ...everyTenth(at, null) })],
    ['abstentions', (): Said => ({ score: null })],
    ['wins that people take for losses', (at: number): Said => ({ score: 1, ...everyTenth(at, 0) })],
  ])('%s: all of them are not GO', async (_, say) => {
    const { verdict, exit } = await replayed(judged(1500, say), POLICY, { sensitivity: 0.9 });
    expect(['hold', 'no_go']).toContain(verdict.state);
    expect(exit).not.toBe(0);
  });
});

describe('scores of before', () => {
  const policy = `
candidate: { model: small }
sample: { rate: 1 }
policy: { minPairs: 300, gates: { similarity: { scorer: embedding, margin: 0.1 } } }
embeddings: { model: any, apiKey: { env: KEY } }
`;
  const scored = (score: number): readonly string[] =>
    Array.from({ length: 600 }, (_, at) => {
      const trial = trialOf({ at, run: runOfPolicy(policy), aa: trialOf({ at, run: RUN }).primary });
      return lineOf({ ...trial, scores: { candidate: { ab: { embedding: score }, aa: { embedding: 0.9 } } } });
    });

  it('stand for those that need more than the answers', async () => {
    expect((await replayed(scored(0.9), policy)).verdict).toMatchObject({ state: 'go' });
    expect((await replayed(scored(0.1), policy)).verdict).toMatchObject({ state: 'no_go' });
  });
});
