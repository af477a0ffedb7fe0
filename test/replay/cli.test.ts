import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitOfError } from '../../packages/evaluator/src/cli/exit-codes.js';
import { replayCommand, type ReplayCommandOptions } from '../../packages/evaluator/src/cli/replay.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { runOfPolicy } from './run-replay.js';
import { FAILED, lineOf, trialOf } from './trials.js';

const POLICY = `
name: tools
candidate: { model: small }
sample: { rate: 1 }
policy: { minPairs: 200, gates: { errors: { margin: 0.05 } } }
`;

interface Ended {
  readonly exit: number;
  readonly out: string;
  readonly error: string;
}

let folder: string;
const pathOf = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-replay-cli-'));
  const run = runOfPolicy(POLICY);
  const lines = Array.from({ length: 400 }, (_, at) => ({ at, run, segment: at % 2 === 0 ? 'mail' : 'chat' }));
  const good = lines.map((made) => lineOf(trialOf(made)));
  await writeFile(pathOf('policy.yaml'), POLICY);
  await writeFile(pathOf('good.jsonl'), good.join(''));
  await writeFile(pathOf('packed.jsonl'), gzipSync(good.join('')));
  await writeFile(pathOf('sampled.yaml'), POLICY.replace('rate: 1', 'rate: 0.1'));
  await writeFile(pathOf('broken.jsonl'), good.with(99, '{"v":1,\n').join(''));
  await writeFile(pathOf('bad.jsonl'), lines.map((made) => lineOf(trialOf({ ...made, shadow: FAILED }))).join(''));
  await writeFile(pathOf('two.jsonl'), good.map((line) => line.replace('"legs":{', `"legs":{${leg(line)},`)).join(''));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Another arm's leg, like the one that is there. */
function leg(line: string): string {
  const { legs } = JSON.parse(line) as { legs: Record<string, { pairId: string }> };
  return `"other":${JSON.stringify({ ...legs['candidate'], pairId: legs['candidate']?.pairId.replace('-71', '-73') })}`;
}

async function understudy(file: string, options: ReplayCommandOptions = {}): Promise<Ended> {
  const output = collectedOutput();
  try {
    const exit = await replayCommand(pathOf(file), { policy: pathOf('policy.yaml'), ...options }, output);
    return { exit, out: output.lines.join('\n'), error: '' };
  } catch (error) {
    return { exit: exitOfError(error), out: output.lines.join('\n'), error: String(error) };
  }
}

describe('understudy replay', () => {
  it('exits with the verdict, and prints it as `understudy verdict` does', async () => {
    const good = await understudy('good.jsonl', { by: 'segment' });
    expect(good.exit).toBe(0);
    expect(good.out).toMatch(/^tools {2}candidate candidate {2}run [0-9a-f]{16}, number 1 of its experiment\n\nGO: /);
    expect(good.out).toMatch(/^chat: HOLD: /m);
    expect(good.out).toContain('400 lines');
    const bad = await understudy('bad.jsonl');
    expect(bad.exit).toBe(1);
    expect(bad.out).toMatch(/^NO_GO: /m);
  });

  it('exits with 2 where the policy came after the pairs, unless somebody vouches for it', async () => {
    const late = await understudy('good.jsonl', { policy: undefined });
    expect(late.exit).toBe(2);
    expect(late.out).toMatch(/HOLD: the policy was registered after the first pair/);
    expect(late.out).toMatch(/The pairs name run [0-9a-f]{16}; the policy's is [0-9a-f]{16}/);
    expect(late.out).toContain('say so with --declared');
    const vouched = await understudy('good.jsonl', { policy: undefined, declared: true });
    expect(vouched.out).not.toContain('--declared');
    expect(vouched.out).not.toContain('registered after');
    expect((await understudy('good.jsonl', { experiment: 'tools', declared: true })).exit).toBe(0);
  });

  it('prints JSON that neither the order nor the shards change', async () => {
    const { out } = await understudy('good.jsonl', { json: true });
    const leastPi = { ofPairs: 1, declared: 1 };
    expect(JSON.parse(out)).toMatchObject({
      state: 'go',
      k: 1,
      lines: { read: 400 },
      problems: [],
      otherArms: [],
      leastPi,
    });
    expect(JSON.parse((await understudy('two.jsonl', { json: true })).out)).toMatchObject({ otherArms: ['other'] });
    expect((await understudy('good.jsonl', { json: true, shuffle: 4, shards: 16 })).out).toBe(out);
  });

  it('says what a pair counts for where it was likelier than the policy declares', async () => {
    const note = 'Each pair counts as 0.1 of one at most: its `pi` is 1 or more, and the experiment may sample at 0.1';
    expect((await understudy('good.jsonl', { policy: pathOf('sampled.yaml') })).out).toContain(note);
    expect((await understudy('good.jsonl')).out).not.toContain('Each pair counts');
  });

  it('names a line that is broken, with 3, or goes on after it, with 2', async () => {
    const strict = await understudy('broken.jsonl');
    expect(strict).toMatchObject({ exit: 3, out: '' });
    expect(strict.error).toMatch(/broken\.jsonl.*line 100: not JSON/s);
    const lenient = await understudy('broken.jsonl', { lenient: true });
    expect(lenient.exit).toBe(2);
    expect(lenient.out).toContain('legs were lost: 1 line cannot be read, and what they held is unknown');
    expect(lenient.out).toMatch(/^ {2}line 100: not JSON$/m);
    expect(lenient.out).toContain('400 lines, of which 1 cannot be read');
  });

  it.each([
    ['none.jsonl', {}, 'none.jsonl'],
    ['', {}, 'can be read'],
    ['good.jsonl', { policy: '/nowhere/policy.yaml' }, '--policy'],
    ['good.jsonl', { arm: 'large' }, '--arm candidate'],
    ['good.jsonl', { experiment: 'any' }, 'no experiment any'],
    ['good.jsonl', { policy: undefined, experiment: 'tools' }, '--experiment: expected --policy beside it'],
    ['good.jsonl', { run: '0000000000000000' }, ': 400 lines'],
    ['packed.jsonl', {}, '`zcat`'],
  ] as const)('exits with 3 for what is not there (%s, %o)', async (file, options, words) => {
    const { exit, error } = await understudy(file, options);
    expect(exit).toBe(3);
    expect(error).toContain(words);
  });

  it('asks which candidate is meant where the pairs have several', async () => {
    const options = { policy: undefined };
    expect(await understudy('two.jsonl', options)).toMatchObject({ exit: 3 });
    expect((await understudy('two.jsonl', options)).error).toContain('candidate, other');
    expect((await understudy('two.jsonl', { ...options, arm: 'other' })).out).toContain('candidate other');
    // An arm that the policy's experiment does not have says nothing.
    expect((await understudy('two.jsonl')).out).toContain(
      '400 legs of arms the experiment does not have (other): not counted',
    );
  });
});
