import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProvider, type Provider } from '../providers/provider.js';
import { OBSERVABLES } from './observables.js';
import type { Mode } from './watch.js';

interface Run {
  readonly seen: readonly (readonly [string, unknown])[];
  readonly failures: unknown;
  readonly started: number;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);
const runs = new Map<Mode, Run>();
let provider: Provider;

/** What the provider saw, without its own ports. */
function provided(mode: Mode, index: number): unknown {
  const prefix = `/${mode.slice(0, 1)}/${index}/`;
  return provider.seen
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ method, headers, body, aborted }) => ({ method, headers, body, aborted }));
}

beforeAll(async () => {
  provider = await startProvider();
  await Promise.all(
    (['bare', 'sampled'] as const).map(async (mode) => {
      const args = ['--import', here('source-modules.mjs'), here('run-observables.ts'), mode, provider.origin];
      const { stdout } = await run(process.execPath, args, { timeout: 50_000, maxBuffer: 64 * 1024 * 1024 });
      runs.set(mode, JSON.parse(stdout) as Run);
    }),
  );
});
afterAll(() => provider.close());

test.each(OBSERVABLES.map(({ name }, index) => ({ name, index })))('$name: as bare fetch', ({ name, index }) => {
  const [bare, tapped] = (['bare', 'sampled'] as const).map((mode) => runs.get(mode)?.seen[index]);
  expect(bare?.[0]).toBe(name);
  expect(tapped).toEqual(bare);
  expect(provided('sampled', index)).toEqual(provided('bare', index));
});

test('the tap looked at all of it, and nothing of it failed', () => {
  expect(runs.get('sampled')?.started).toBeGreaterThan(OBSERVABLES.length / 2);
  expect(runs.get('sampled')?.failures).toEqual([]);
});
