import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { understudy } from '../end-to-end/processes.js';
import { type JudgeServer, startJudgeServer } from '../judging/judge-server.js';
import { judgedRun } from '../judging/judged-runs.js';
import { type JudgingBench, openJudgingBench } from '../judging/judging-ledger.js';

vi.setConfig({ testTimeout: 60_000 });

const RUBRIC = `name: terse
version: 1
instructions: Prefer the answer that is right. Of two right ones, prefer the shorter.
criteria:
  - { name: right, question: Is every statement in it right? }
choices: { A: A is right., B: B is right., TIE: Both are. }
`;

describe('understudy rejudge', () => {
  let bench: JudgingBench;
  let server: JudgeServer;
  let config: string;

  beforeAll(async () => {
    [bench, server] = [await openJudgingBench(), await startJudgeServer()];
    config = join(bench.folder, 'understudy.yaml');
    await writeFile(config, `version: 1\nqueue: { url: "embedded:." }\n`);
    await writeFile(join(bench.folder, 'terse.yaml'), RUBRIC);
    const judged = judgedRun('support', { baseUrl: server.baseUrl });
    await bench.send(judged, 9, ['worse', 'better', 'same']);
    await bench.try(judged.run.id);
    await bench.judgeDue();
  });

  afterAll(async () => {
    await bench.close();
    await server.close();
  });

  const rejudge = (...args: string[]): ReturnType<typeof understudy> =>
    understudy(['rejudge', '--config', config, ...args]);

  it('refuses the judge of the run itself, a rubric that is not there, an experiment nobody knows', async () => {
    const own = await rejudge();
    expect(own).toMatchObject({ code: 3 });
    expect(own.err).toContain('name another --rubric');
    expect(await rejudge('--rubric', 'missing.yaml')).toMatchObject({ code: 3 });
    expect(await rejudge('--experiment', 'other')).toMatchObject({ code: 3 });
  });

  it('counts, judges with another rubric, and says what came of it', async () => {
    const rubric = ['--rubric', join(bench.folder, 'terse.yaml')];
    const dry = await rejudge(...rubric, '--dry-run', '--json');
    expect(JSON.parse(dry.out)).toMatchObject({ dryRun: true, pairs: 9, calls: 36 });
    const done = await rejudge(...rubric);
    expect(done.code).toBe(0);
    expect(done.out).toContain('9 pairs of run');
    expect(done.out).toContain('terse by judge-1');
    expect(done.out).toContain('small: better 3, tie 3, worse 3, abstained 0');
    expect(done.out).toContain('both say the same of 9');
  });

  it('run says at once what is wrong with a judge of its file', async () => {
    const file = join(bench.folder, 'wrong.yaml');
    const judge = 'judge: { model: gpt-5, apiKey: { env: NO_SUCH_KEY }, rubric: ./missing.yaml }';
    const experiment = `- name: any\n    candidate: { model: claude-x }\n    ${judge}`;
    await writeFile(file, `version: 1\nqueue: { url: "embedded:." }\nexperiments:\n  ${experiment}\n`);
    const missing = await understudy(['run', '--config', file]);
    expect(missing).toMatchObject({ code: 3 });
    expect(missing.err).toContain('missing.yaml');
    await writeFile(file, `version: 1\nexperiments:\n  ${experiment.replace('./missing.yaml', './terse.yaml')}\n`);
    expect((await understudy(['run', '--config', file])).err).toContain('the environment variable NO_SUCH_KEY');
  });
});
