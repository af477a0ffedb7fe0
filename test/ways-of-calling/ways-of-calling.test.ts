import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startProvider, type Provider, type Seen } from '../providers/provider.js';
import { legsOf } from './way.js';
import type { Observation } from './run-ways.js';
import type { Mode } from './watch.js';
import { WAYS } from './ways.js';

const SDKS = { 'openai 6': 'openai6', 'openai 7': 'openai' } as const;
const MODES: readonly Mode[] = ['bare', 'tapped', 'sampled'];
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Every way of one SDK, in a process of its own whose fetch nobody else has touched. */
function runWays(sdk: string, mode: Mode, origin: string, refused: string): Promise<Observation[]> {
  return new Promise((resolve, reject) => {
    const args = ['--import', here('source-modules.mjs'), here('run-ways.ts'), sdk, mode, origin, refused];
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${sdk} ${mode}: ${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout) as Observation[]);
    });
  });
}

/** What the provider saw of one way in one mode, without what tells the modes apart. */
function seenBy(provider: Provider, mode: Mode, index: number): Seen[] {
  // One letter for a mode: the length of a request must not tell it.
  const prefix = `/${mode.slice(0, 1)}/${index}/`;
  return provider.seen
    .filter((seen) => seen.path.startsWith(prefix))
    .map((seen) => ({ ...seen, path: seen.path.slice(prefix.length) }));
}

describe.each(Object.entries(SDKS))('%s', (label, sdk) => {
  let provider: Provider;
  const runs = new Map<Mode, Observation[]>();
  const verdicts: string[] = [];

  beforeAll(async () => {
    const gone = await startProvider();
    await gone.close();
    provider = await startProvider();
    await Promise.all(
      MODES.map(async (mode) => runs.set(mode, await runWays(sdk, mode, provider.origin, gone.origin))),
    );
  });
  afterAll(async () => {
    await provider.close();
    const same = verdicts.filter((verdict) => verdict.endsWith('same')).length;
    process.stdout.write(
      `\n${label}: ${same} of ${WAYS.length} ways of calling the same as without us\n${verdicts.join('\n')}\n`,
    );
  });

  test.each(WAYS.map((way, index) => ({ way, index, name: way.name })))('$name', ({ way, index }) => {
    const [bare, tapped, sampled] = MODES.map((mode) => runs.get(mode)?.[index]);
    const legs = legsOf(way, sdk).join(', ') || 'no span';
    verdicts.push(`  ${way.name.padEnd(44)} ${legs.padEnd(34)} DIFFERENT`);
    expect(bare?.way).toBe(way.name);
    for (const [mode, observed] of [
      ['tapped', tapped],
      ['sampled', sampled],
    ] as const) {
      expect(observed?.result, `${mode}: result`).toEqual(bare?.result);
      expect(observed?.notes, `${mode}: order of chunks`).toEqual(bare?.notes);
      expect(observed?.process, `${mode}: what the process noticed`).toEqual(bare?.process);
      expect(seenBy(provider, mode, index), `${mode}: what the provider saw`).toEqual(seenBy(provider, 'bare', index));
      const spans = legsOf(way, sdk).length;
      const expected = { started: spans, ended: spans, strays: 0, legs: legsOf(way, sdk), failures: [] };
      expect(observed?.watched, `${mode}: telemetry`).toEqual(expected);
    }
    verdicts[verdicts.length - 1] = `  ${way.name.padEnd(44)} ${legs.padEnd(34)} same`;
  });
});
