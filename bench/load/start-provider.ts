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
}

/** Starts a provider with these settings, on ports of its own. */
export async function startProviderProcess(settings: ProviderSettings, turn: Turn = 'usual'): Promise<ProviderProcess> {
  const file = fileURLToPath(new URL('provider.ts', import.meta.url));
  const child = forkProcess(file, settings, turn);
  const [{ models, collector }] = (await once(child, 'message')) as [Ports];
  return {
    url: `http://127.0.0.1:${models}/v1`,
    collectorUrl: `http://127.0.0.1:${collector}`,
    async order(order) {
      const obeyed = once(child, 'message');
      child.send(order);
      await obeyed;
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
