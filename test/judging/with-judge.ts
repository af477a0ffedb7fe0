import { afterAll, beforeAll } from 'vitest';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { type JudgingBench, openJudgingBench } from './judging-ledger.js';

/** Begins judging on a ledger of the file's own, and a judge server for it, before the tests of a file; ends both after them. */
export function withJudge(begun: (bench: JudgingBench, server: JudgeServer) => void): void {
  let end = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const [bench, server] = [await openJudgingBench(), await startJudgeServer()];
    end = async () => {
      await bench.close();
      await server.close();
    };
    begun(bench, server);
  });
  afterAll(() => end());
}
