import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `understudy run`, in a process of its own. */
export interface EvaluatorProcess extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Its configuration, for the other commands. */
  readonly config: string;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<void>;
  /** Again, where it has been stopped. */
  restart(): Promise<void>;
}

const CLI = fileURLToPath(new URL('../../packages/evaluator/bin/understudy.js', import.meta.url));

/** Starts one. @param ledgerUrl Default: an embedded one of its own, which is removed with it. */
export async function startEvaluatorProcess(queueUrl: string, ledgerUrl?: string): Promise<EvaluatorProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-evaluator-'));
  const config = join(folder, 'understudy.yaml');
  const ledger = { url: ledgerUrl ?? 'embedded:./store' };
  await writeFile(config, JSON.stringify({ version: 1, queue: { url: queueUrl }, ledger }));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [CLI, 'run', '--config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-4000);
      child.emit('said');
    });
    while (!/evaluator .* runs/.test(said)) {
      await Promise.race([once(child, 'said'), once(child, 'exit')]);
      if (child.exitCode !== null) throw new Error(`the evaluator ended:\n${said}`);
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    get child() {
      return child;
    },
    config,
    stop: () => end('SIGTERM'),
    restart: start,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
