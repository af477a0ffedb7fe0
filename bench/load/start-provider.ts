import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { forkProcess, type Turn } from './turn.js';
import type { Order, Ports, ProviderSettings } from './provider.js';

/** A provider's process; it ends with the one that started it. */
export interface ProviderProcess extends AsyncDisposable {
  /** Of its models, as an SDK takes it. */
  readonly url: string;
  readonly collectorUrl: string;
  /** Resolves when it behaves so. */
  order(order: Order): Promise<void>;
  kill(): Promise<void>;
  /** On the same ports, behaving well. */
  restart(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts a provider with these settings, on ports of its own. */
export async function startProviderProcess(settings: ProviderSettings, turn: Turn = 'usual'): Promise<ProviderProcess> {
  const file = fileURLToPath(new URL('provider.ts', import.meta.url));
  const start = async (ports?: Ports): Promise<{ readonly child: ChildProcess; readonly ports: Ports }> => {
    const forked = forkProcess(file, ports === undefined ? settings : { ...settings, ports }, turn);
    const [listening] = (await once(forked, 'message')) as [Ports];
    return { child: forked, ports: listening };
  };
  let { child, ports } = await start();
  const end = async (how: () => void): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    how();
    await ended;
  };
  const kill = (): Promise<void> => end(() => child.kill('SIGKILL'));
  return {
    url: `http://127.0.0.1:${ports.models}/v1`,
    collectorUrl: `http://127.0.0.1:${ports.collector}`,
    async order(order) {
      const obeyed = once(child, 'message');
      child.send(order);
      await obeyed;
    },
    kill,
    async restart() {
      await kill();
      ({ child, ports } = await start(ports));
    },
    signal: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: () => end(() => child.disconnect()),
  };
}
