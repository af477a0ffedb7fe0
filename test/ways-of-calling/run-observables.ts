import { OBSERVABLES } from './observables.js';
import { watch, type Mode } from './watch.js';

// Run as: node --import ./source-modules.mjs run-observables.ts MODE ORIGIN
const [mode, origin] = process.argv.slice(2) as [Mode, string];
process.on('unhandledRejection', () => undefined);
const watcher = watch(mode);
const seen: unknown[] = [];
for (const [index, { name, look }] of OBSERVABLES.entries()) {
  const url = (behaviour: string): string => `${origin}/${mode.slice(0, 1)}/${index}/${behaviour}/v1/chat/completions`;
  const body = JSON.stringify({ model: 'gpt-5', messages: [], stream: true });
  const call = (init: RequestInit = {}, behaviour = 'plain'): Promise<Response> =>
    fetch(url(behaviour), { method: 'POST', body, ...init });
  seen.push([name, await watcher.within(() => look(call, url))]);
}
const { failures, started } = await watcher.settled({ legs: 0, spans: 0 });
process.stdout.write(JSON.stringify({ seen, failures, started }), () => process.exit(0));
