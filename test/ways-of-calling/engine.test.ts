import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProvider } from '../providers/provider.js';
import { startRedis } from '../servers/redis.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

/** The second shows what is undone for the others, and that the look at the engine sees it. */
test.each([
  ['nothing', []],
  ["the queue's client by itself", ['String']],
  ['ours', []],
  ['the evaluator', []],
])("the methods of primitives that a host's process has slow, with %s", async (check, expected) => {
  await using redis = await startRedis();
  const provider = await startProvider();
  try {
    const flags = ['--allow-natives-syntax', '--import', here('source-modules.mjs')];
    const args = [...flags, here('engine.ts'), check, provider.origin, redis.url];
    const { stdout } = await run(process.execPath, args, { timeout: 30_000 });
    expect(JSON.parse(stdout)).toEqual(expected);
  } finally {
    await provider.close();
  }
});
