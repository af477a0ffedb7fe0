/** The demo's two model providers, in a process of their own: what else runs must not make their answers slow. */
import { LATENCY } from '../experiment.js';
import { startProvider } from '../provider/provider.js';
import type { FromProviders, StartProviders } from '../messages.js';

// The terminal sends SIGINT to everybody; this process ends when the demo lets go of it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (start: StartProviders) => void run(start));

async function run({ seed, personality }: StartProviders): Promise<void> {
  const incumbent = await startProvider({ seed, personality: 'incumbent', latency: LATENCY });
  const candidate = await startProvider({ seed: seed + 1, personality, latency: LATENCY });
  const listening: FromProviders = { incumbentUrl: incumbent.url, candidateUrl: candidate.url };
  process.send?.(listening);
}
