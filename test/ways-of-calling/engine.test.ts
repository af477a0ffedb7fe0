import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { startRedis } from '../servers/redis.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

/** The primitives of which a fresh process has slow methods after a check of `engine.ts`. */
async function slowAfter(check: string, ...args: readonly string[]): Promise<unknown> {
  const flags = ['--allow-natives-syntax', '--import', here('source-modules.mjs')];
  const { stdout } = await run(process.execPath, [...flags, here('engine.ts'), check, ...args], { timeout: 30_000 });
  return JSON.parse(stdout);
}

/** The second shows what the others are kept from, and that the look at the engine sees it. */
test.each([
  ['nothing', []],
  ["the queue's client by itself", ['String']],
  ['the evaluator', []],
])("the methods of primitives that a host's process has slow, with %s", async (check, expected) => {
  expect(await slowAfter(check)).toEqual(expected);
});

describeWithRedis("the methods of primitives that a host's process has slow, with ours", () => {
  test('are none', async () => {
    await using redis = await startRedis();
    const provider = await startProvider();
    try {
      expect(await slowAfter('ours', provider.origin, redis.url)).toEqual([]);
    } finally {
      await provider.close();
    }
  });
});
