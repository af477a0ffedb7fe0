import { once } from 'node:events';
import { UnderstudyError } from '../../errors.js';
import { startChild } from './child.js';
import type { FromProviders, StartProviders } from './messages.js';

/** The demo's providers, as seen from the demo. */
export interface ProvidersProcess extends FromProviders {
  stop(): Promise<void>;
}

/** Starts both providers in one process, and waits until they listen. */
export async function startProviders(start: StartProviders): Promise<ProvidersProcess> {
  const child = startChild(new URL('./providers/main.js', import.meta.url));
  const exited = once(child, 'exit');
  child.send(start);
  const first = await Promise.race([once(child, 'message'), exited.then(() => null)]);
  if (first === null)
    throw new UnderstudyError('demo', "the demo's providers did not start; what they printed is above");
  return {
    ...(first[0] as FromProviders),
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
