import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProvider, type Provider } from '../providers/provider.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);
let provider: Provider;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());

/** The tap's deadline is 60 s here: whatever needs it does not come in time. */
test.each([
  ['calls are let go', [true, 20, 20]],
  ['unread responses are collected', [true, ['aborted']]],
  ['contexts are kept', [1, 'mine', 1]],
  ['the process may end', 'left to end by itself'],
])('%s', async (check, expected) => {
  const args = ['--expose-gc', '--import', here('source-modules.mjs'), here('residue.ts'), check, provider.origin];
  const { stdout, stderr } = await run(process.execPath, args, { timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual(expected);
  expect(stderr).toBe('');
});
