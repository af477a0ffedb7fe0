import { fileURLToPath } from 'node:url';
import { type Environment, printed, type Running, start } from '../../end-to-end/processes.js';
import { freePort } from '../../servers/process.js';

const CLI = fileURLToPath(new URL('../../../packages/evaluator/bin/understudy.js', import.meta.url));

/** `understudy run` in a process of its own. */
export interface EvaluatorProcess extends Running {
  readonly pid: number;
  /** Where it answers `/api/verdict`, and `/metrics`. */
  readonly url: string;
}

export async function startEvaluatorProcess(config: string, environment: Environment): Promise<EvaluatorProcess> {
  const port = await freePort();
  const running = start([CLI, 'run', '--config', config, '--listen', String(port)], environment);
  await printed(running, /answers at/);
  return { ...running, pid: running.child.pid ?? 0, url: `http://127.0.0.1:${port}` };
}
