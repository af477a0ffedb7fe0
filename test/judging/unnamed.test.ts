import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { JudgeServer } from './judge-server.js';
import { judgedRun, type JudgedRun } from './judged-runs.js';
import type { JudgingBench } from './judging-ledger.js';
import { withJudge } from './with-judge.js';

const BUILT_IN = fileURLToPath(
  new URL('../../packages/evaluator/src/rubrics/faithful-to-reference.yaml', import.meta.url),
);

let bench: JudgingBench;
let server: JudgeServer;
withJudge((...begun) => ([bench, server] = begun));

/** A run whose rubric is a file, known to the ledger; and the file. */
async function begin(name: string): Promise<{ readonly judged: JudgedRun; readonly rubric: string }> {
  const rubric = join(bench.folder, `${name}.yaml`);
  await copyFile(BUILT_IN, rubric);
  const judged = judgedRun(name, { baseUrl: server.baseUrl, rubric });
  await bench.send(judged, 0, []);
  return { judged, rubric };
}

async function drawn({ run }: JudgedRun): Promise<readonly object[]> {
  const { rows } = await bench.database.query(
    'select judge, status, pi, count(*) as pairs from understudy.judgements where run = $1 group by judge, status, pi order by judge, pi',
    [run.id],
  );
  return rows;
}

describe('a run whose judge nobody can name', () => {
  it('is not judged again until somebody can: it may be by that very judge', async () => {
    const { judged, rubric } = await begin('gone');
    await rm(rubric);
    await bench.restart();
    await bench.send(judged, 4, ['worse']);
    expect(await drawn(judged)).toEqual([{ judge: '', status: 'waiting', pi: 1, pairs: 4 }]);
    const asked = server.requests.length;
    const elsewhere = { rubric: 'faithful-to-reference' };
    await expect(bench.rejudge(judged, elsewhere)).rejects.toThrow('cannot be named');
    await expect(bench.rejudge(judged, elsewhere, { dryRun: true })).rejects.toThrow('cannot be named');
    expect(server.requests.length).toBe(asked);
    await copyFile(BUILT_IN, rubric);
    await bench.restart();
    bench.errors.length = 0;
    await bench.send(judged, 3, ['worse']);
    expect(bench.errors).toEqual([]);
    expect(await drawn(judged)).toEqual([{ judge: bench.hashOf(judged), status: 'waiting', pi: 1, pairs: 7 }]);
  });

  it('loses no batch, and no pair, to what its judge has judged again before it was named', async () => {
    const { judged, rubric } = await begin('again-first');
    const judge = bench.hashOf(judged);
    await rm(rubric);
    await bench.restart();
    const pairs = await bench.send(judged, 4, ['worse']);
    // As a rejudge does that has another configuration than the evaluator.
    const run = judged.run.id;
    const { judging } = bench.ledger;
    await judging.addJudge(run, judge, { main: false });
    for (const pair of pairs.slice(0, 2)) {
      expect(await judging.takeAgain({ run, pair, judge }, { now: bench.now, until: bench.now + 60_000 })).toBe(true);
      await bench.database.query(
        `update understudy.judgements set status = 'judged', score = 0, pi = 0.5, settled_at = 1 where pair = $1::uuid and judge = $2`,
        [pair, judge],
      );
    }
    await copyFile(BUILT_IN, rubric);
    await bench.restart();
    bench.errors.length = 0;
    await bench.send(judged, 3, ['worse']);
    expect(bench.errors).toEqual([]);
    // Drawn, and not yet judged: what was said before the trial is no evidence.
    expect(await drawn(judged)).toEqual([{ judge, status: 'waiting', pi: 1, pairs: 7 }]);
    const [pair = ''] = pairs;
    const taking = { now: bench.now + 60_000, until: bench.now + 120_000 };
    expect(await judging.takeAgain({ run, pair, judge }, taking)).toBe(false);
    expect(await bench.try(run)).toEqual(['tried']);
    expect(await bench.judgeDue()).toHaveLength(7);
  });
});
