import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { printed, start, startEvaluator, understudy } from '../end-to-end/processes.js';
import { statusUntil } from '../end-to-end/status.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { serviceFolders } from './service-folders.js';

vi.setConfig({ testTimeout: 120_000 });

let provider: Provider;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(async () => {
  await provider.close();
});

const copyOf = serviceFolders();

interface Initialised {
  readonly found: { readonly sdks: readonly string[]; readonly models: readonly string[] };
  readonly install: string;
  readonly start: string;
}

/** The different answers to one question, asked until `signal`. */
async function askAgain(url: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const answers = new Set<string>();
  while (!signal.aborted) {
    const response = await fetch(url);
    answers.add(`${response.status === 200 ? '' : response.status}${await response.text()}`);
    await sleep(200);
  }
  return answers;
}

it.each([
  ['openai-esm', ['openai'], 'node --import ./instrumentation.mjs server.js'],
  ['openai-express', ['openai'], 'node --import ./instrumentation.mjs index.js'],
  ['ai-sdk', ['ai', '@ai-sdk/openai'], 'node --import ./instrumentation.mjs src/server.mjs'],
  ['langchain', ['@langchain/core', '@langchain/openai'], 'node --import ./instrumentation.mjs main.js'],
])('makes pairs of the calls of %s without a change of its code', async (service, sdks, line) => {
  const folder = copyOf(service);
  const wishes = ['--candidate', 'gpt-5-mini', '--rate', '1', '--dir', folder];
  const { code, out, err } = await understudy(['init', ...wishes, '--json']);
  expect(err).toBe('');
  expect(code).toBe(0);
  const initialised = JSON.parse(out) as Initialised;
  expect(initialised.found).toMatchObject({ sdks, models: ['gpt-5'] });
  expect(initialised.install).toBe('npm install @understudy/instrumentation @opentelemetry/sdk-node');
  expect(initialised.start).toBe(line);

  const config = join(folder, 'understudy.yaml');
  await using evaluator = await startEvaluator(config);
  const environment = { OPENAI_API_KEY: 'sk-primary', OPENAI_BASE_URL: `${provider.origin}/${service}/plain/v1` };
  await using running = start(line.split(' ').slice(1), environment, folder);
  const [, port] = await printed(running, /listening on (\d+)/);
  // Calls before the queue has acknowledged the run are not compared: a service goes on being asked.
  const calling = new AbortController();
  const asking = askAgain(`http://127.0.0.1:${port}/How%20are%20you%3F`, calling.signal);
  try {
    await statusUntil(config, ({ runs }) => (runs[0]?.arms['candidate']?.funnel.stored ?? 0) >= 1, 30_000);
  } catch (error) {
    throw new Error(`${String(error)}\n${running.log()}\n${evaluator.log()}`, { cause: error });
  } finally {
    calling.abort();
  }
  const answers = await asking;
  expect(answers.size).toBe(1);
  expect([...answers]).not.toContain('');
  expect(readFileSync(config, 'utf8')).toContain('model: gpt-5-mini');
});
