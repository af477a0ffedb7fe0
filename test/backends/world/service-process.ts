import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Environment } from '../../end-to-end/processes.js';
import type { Order, Told } from './service.js';

/** A process of the service. It is killed with the tests. */
export interface ServiceProcess {
  /** Carries an order out, and gives how many calls failed in the service's hands. */
  order(order: Order): Promise<number>;
  kill(): void;
}

export async function startServiceProcess(environment: Environment): Promise<ServiceProcess> {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(OTEL_|UNDERSTUDY_|NODE_OPTIONS|VITEST)/.test(name)),
  );
  const child: ChildProcess = fork(new URL('./service.ts', import.meta.url), [], {
    env: { ...inherited, ...environment },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-8192)));
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(([code]) => {
    process.removeListener('exit', kill);
    throw new Error(`a process of the service ended with ${String(code)}:\n${errors}`);
  });
  ended.catch(() => undefined);
  const answer = async (): Promise<Told> => {
    const [told] = (await Promise.race([once(child, 'message'), ended])) as [Told];
    return told;
  };
  await answer();
  return {
    async order(order) {
      const told = answer();
      child.send(order);
      return (await told).failed;
    },
    kill,
  };
}
