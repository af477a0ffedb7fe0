import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { replayCommand } from '../../packages/evaluator/src/cli/replay.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { FAIR, judge, truthOf } from '../simulation/judge.js';
import { seeded } from '../simulation/random.js';
import { runOfPolicy } from './run-replay.js';
import { lineOf, trialOf } from './trials.js';

const POLICY = `
candidate: { model: small }
sample: { rate: 1 }
judge: { model: large, rubric: helpfulness, apiKey: { env: KEY }, labels: { rate: 0.1 } }
policy: { minPairs: 300, gates: { errors: { margin: 0.03 }, win_rate: { margin: 0.05 } } }
`;
/** Its canaries were all found: they are easier than life. */
const J = 0.9;
const CALLS = 4000;
/** The candidate's answers are the worse ones, or the better ones, and the judge has it the other way round. */
const WORSE = 0.3;
const BETTER = 0.75;

interface Answers {
  /** Share of the calls offered to people, and of the offers that are answered. */
  readonly offered: number;
  readonly answered: number;
}

function linesOf(mean: number, { offered, answered }: Answers, seed: number): string {
  const random = seeded(seed);
  const run = runOfPolicy(POLICY);
  const lines = Array.from({ length: CALLS }, (_, at) => {
    const truth = truthOf(random, { mean, ties: 0.2, longer: 0.5 });
    const score = judge(random, { ...FAIR, inverted: true }, truth, 1);
    const isOffered = random.chance(offered);
    const label = random.chance(answered) ? truth : null;
    const labels = isOffered ? { labels: { candidate: label } } : {};
    return lineOf({ ...trialOf({ at, run }), judgements: { candidate: { score } }, ...labels });
  });
  return lines.join('');
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-replay-labels-'));
  await writeFile(join(folder, 'policy.yaml'), POLICY);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly exit: number;
  readonly state: string;
  readonly sentence: string;
}

async function replayed(lines: string, acceptProvisional = false): Promise<Ended> {
  const file = join(folder, 'pairs.jsonl');
  await writeFile(file, lines);
  const output = collectedOutput();
  const policy = join(folder, 'policy.yaml');
  const exit = await replayCommand(file, { policy, sensitivity: J, json: true, acceptProvisional }, output);
  const { state, sentence } = JSON.parse(output.lines.join('\n')) as Ended;
  return { exit, state, sentence };
}

describe('a judge that prefers the wrong side, in lines of before', () => {
  it('is NO_GO by labels of a tenth, where it says that the candidate wins', async () => {
    expect(await replayed(linesOf(WORSE, { offered: 0.1, answered: 1 }, 1))).toMatchObject({ exit: 1, state: 'no_go' });
  });

  it('is held where four in ten of the offers stay unanswered: they could have saved it', async () => {
    const said = await replayed(linesOf(WORSE, { offered: 0.1, answered: 0.6 }, 2), true);
    expect(said).toMatchObject({ exit: 2, state: 'hold' });
    expect(said.sentence).toContain('win_rate');
  });

  it('is GO by labels, where it says that the candidate loses', async () => {
    expect(await replayed(linesOf(BETTER, { offered: 0.1, answered: 1 }, 3))).toMatchObject({ exit: 0, state: 'go' });
  });

  it('is never GO without any, also for whom provisional is enough', async () => {
    const said = await replayed(linesOf(WORSE, { offered: 0, answered: 0 }, 4), true);
    expect(said).toMatchObject({ exit: 2, state: 'hold' });
  });
});
