import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startProvider, type Provider } from '../providers/provider.js';
import type { Check } from './host-process.js';
import type { Mode } from './watch.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);
let provider: Provider;

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(() => provider.close());

async function look(check: Check, mode: Mode, env: Record<string, string> = {}): Promise<unknown> {
  const args = ['--import', here('source-modules.mjs'), here('host-process.ts'), check, mode, provider.origin];
  const options = { timeout: 20_000, env: { PATH: process.env['PATH'], ...env } };
  return JSON.parse((await run(process.execPath, args, options)).stdout);
}

async function expectSame(check: Check, env?: Record<string, string>): Promise<void> {
  const [bare, sampled] = await Promise.all([look(check, 'bare', env), look(check, 'sampled', env)]);
  expect(sampled).toEqual(bare);
  expect(bare).toBeTruthy();
}

test.each<Check>([
  'the dispatcher, fetch used before',
  'the dispatcher, fetch not used before',
  "a user's dispatcher, set before",
  "a user's dispatcher, set afterwards",
  "undici's setGlobalDispatcher",
  'listeners, globals, the environment',
])('%s: as without us', (check) => expectSame(check));

// Node 22 knows it from 22.21 on.
const knowsEnvironmentProxy = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
test.runIf(knowsEnvironmentProxy)('the proxy of the environment: as without us', async () => {
  // Node 26 asks it for the page; before, it was asked for a tunnel: that leads to the provider, whatever it should reach.
  const proxy = createServer((_, response) => response.end('by proxy'));
  proxy.on('connect', (_, socket: Socket) => {
    const upstream = connect(provider.port, '127.0.0.1');
    for (const end of [socket, upstream]) end.on('error', () => [socket, upstream].forEach((each) => each.destroy()));
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  try {
    await expectSame('the proxy of the environment', { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: url });
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
});
