import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { type Server, startServer } from '../../packages/evaluator/src/serve/server.js';
import { AT } from './report.js';

const PATHS = ['/metrics', '/api/verdict', '/healthz'];

async function serving(host: string): Promise<Server & AsyncDisposable> {
  const server = await startServer({
    listen: { host, port: 0 },
    known: async () => ({ standings: [], at: AT, declared: {}, acceptProvisional: false }),
    metrics: () => ({ contentType: 'text/plain', body: '' }),
    onError: () => undefined,
  });
  return { ...server, [Symbol.asyncDispose]: () => server.close() };
}

async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const [response] = (await once(get(url, { headers }), 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

it.each([
  [{ host: 'evil.example' }, true],
  [{ host: 'localhost.evil.example:8181' }, true],
  [{ host: '127.0.0.1.evil.example' }, true],
  [{ origin: 'http://evil.example' }, true],
  [{ host: 'localhost:8181' }, false],
  [{ host: '[::1]:8181' }, false],
])('a server of this machine refuses who calls it by another name, or from a page: %j', async (headers, isRefused) => {
  await using server = await serving('127.0.0.1');
  for (const path of PATHS) expect((await statusOf(`${server.url}${path}`, headers)) === 403).toBe(isRefused);
});

it('a server for others answers by whatever name they call it', async () => {
  await using server = await serving('0.0.0.0');
  for (const path of PATHS)
    expect(await statusOf(`${server.url}${path}`, { host: 'understudy.svc:8181' })).not.toBe(403);
});
