import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trial } from '@understudy/instrumentation/trial';
import { replayCommand } from '../../packages/evaluator/src/cli/replay.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import type { Verdict } from '../../packages/evaluator/src/decide/verdict.js';
import { runOfPolicy } from './run-replay.js';
import { answered, lineOf, trialOf } from './trials.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'understudy-replay-cost-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A million tokens of input are 2.5 dollars of one and 15 cents of the other, by the list that is installed. */
const [DEAR, CHEAP] = ['gpt-4o', 'gpt-4o-mini'];

const answer = (model: string, input: number): Trial['primary'] =>
  ({ ...answered('an answer'), model, usage: { inputTokens: input, outputTokens: 10 } }) as Trial['primary'];

/** The verdict on 1,000 pairs of two models, by a gate on cost of $0.02 a call, or what is given. */
async function verdictOn(
  primary: string,
  shadow: string,
  some: { readonly gates?: string; readonly budget?: string; readonly shadowTokens?: number } = {},
): Promise<Verdict> {
  const { gates = 'cost: { mostPerCall: 0.02 }', budget = 'null', shadowTokens = 1000 } = some;
  const policy = `name: cost\ncandidate: { model: ${shadow} }\nsample: { rate: 1 }\nbudget: ${budget}\npolicy: { gates: { ${gates} } }\n`;
  const run = runOfPolicy(policy);
  const lines = Array.from({ length: 1000 }, (_, at) =>
    lineOf(trialOf({ at, run, primary: answer(primary, 1000), shadow: answer(shadow, shadowTokens) })),
  );
  await writeFile(join(folder, 'policy.yaml'), policy);
  await writeFile(join(folder, 'pairs.jsonl'), lines.join(''));
  const output = collectedOutput();
  await replayCommand(join(folder, 'pairs.jsonl'), { policy: join(folder, 'policy.yaml'), json: true }, output);
  return JSON.parse(output.lines.join('\n')) as Verdict;
}

describe('a replay with gates on what calls take', () => {
  it('passes a cheaper candidate, and stops a dearer one, at list prices', async () => {
    const go = await verdictOn(DEAR, CHEAP);
    expect(go).toMatchObject({ state: 'go', gates: [{ gate: 'cost', state: 'safe', missing: 0 }] });
    expect(go.sentence).toMatch(/cost \$0\.000156 a call against \$0\.0026 \(x0\.06, at most x1\.2\)/);
    expect(await verdictOn(CHEAP, DEAR)).toMatchObject({ state: 'no_go', reason: 'harm' });
  });

  it('holds where a model has no price, and does not where a budget declares it', async () => {
    const held = await verdictOn(DEAR, 'house-7b');
    expect(held).toMatchObject({ state: 'hold', reason: 'unpriced' });
    expect(held.sentence).toContain("no price is known of the candidate's model in 1,000 of 1,000 pairs");
    const budget = '{ usd: 50, prices: { house-7b: { input: 0.2, output: 0.8 } } }';
    expect(await verdictOn(DEAR, 'house-7b', { budget })).toMatchObject({ state: 'go' });
  });

  it('holds where calls cost more than one may', async () => {
    const held = await verdictOn(DEAR, CHEAP, { gates: 'cost: { mostPerCall: 0.0001 }' });
    expect(held).toMatchObject({ state: 'hold', reason: 'over_limit', gates: [{ over: 1000 }] });
  });

  it('compares tokens of models without a price', async () => {
    const gates = 'tokens: { ratio: 1.1, mostPerCall: 5000 }';
    expect(await verdictOn('a', 'b', { gates, shadowTokens: 900 })).toMatchObject({ state: 'go' });
    expect(await verdictOn('a', 'b', { gates, shadowTokens: 1500 })).toMatchObject({ state: 'no_go' });
  });
});
