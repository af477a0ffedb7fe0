import { once } from 'node:events';
import { startChild } from './child.js';
import type { FromService, Start, ToService } from './messages.js';

/** The demo's service, as seen from the demo. */
export interface ServiceProcess {
  /** Resolves when it has ended: with its last word, or null where it died without one. */
  readonly ended: Promise<Extract<FromService, { kind: 'ended' }> | null>;
  /** Asks it to begin no more calls, and ends it by force after `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
}

/** Starts the service in a process of its own. */
export function startService(start: Start, onProgress: (message: FromService) => void): ServiceProcess {
  const child = startChild(new URL('./service/main.js', import.meta.url));
  let last: Extract<FromService, { kind: 'ended' }> | null = null;
  child.on('message', (message) => {
    const said = message as FromService;
    if (said.kind === 'ended') last = said;
    onProgress(said);
  });
  const send = (message: ToService): void => {
    if (child.connected) child.send(message);
  };
  send(start);
  const exited = once(child, 'exit').then(
    () => last,
    () => null,
  );
  return {
    ended: exited,
    async stop(timeoutMs) {
      send({ kind: 'stop' });
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
