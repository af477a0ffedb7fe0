import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startEvaluator } from '../../packages/evaluator/src/evaluator.js';
import { describeWithPostgres } from '../servers/found.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';

const TELEMETRY = { tracesUrl: null, metricsUrl: null, metricIntervalMs: 1000, serviceName: 'test' };

/** A way to a server on which, from `silent` on, nothing travels any more and nothing ends. */
async function silenceable(to: number): Promise<{ port: number; silent(): void; end(): void; server: Server }> {
  const sockets: Socket[] = [];
  let isSilent = false;
  const server = createServer((socket) => {
    const other = connect(to, '127.0.0.1');
    for (const [from, into] of [
      [socket, other],
      [other, socket],
    ] as const) {
      sockets.push(from);
      from.on('error', () => undefined);
      from.on('data', (data) => isSilent || into.write(data));
      from.on('close', () => isSilent || into.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port, silent: () => (isSilent = true), end, server };
}

describeWithPostgres('an evaluator whose database falls silent', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres.stop());

  it('ends in time all the same', async () => {
    const way = await silenceable(postgres.port);
    const url = postgres.url.replace(`:${postgres.port}`, `:${way.port}`);
    const evaluator = await startEvaluator({ config: { queueUrl: url, ledgerUrl: url, telemetry: TELEMETRY } });
    await evaluator.look();
    way.silent();
    const began = performance.now();
    await evaluator.close(2000);
    expect(performance.now() - began).toBeLessThan(8000);
    way.end();
  });
});
