import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const module = new URL('./undici.ts', import.meta.url).href;
const share = new URL('./process-share.ts', import.meta.url).href;
const hooks = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => next(name.endsWith('.js') && name.startsWith('.') && context.parentURL?.endsWith('.ts') ? name.replace(/js$/, 'ts') : name, context) });
`;

/** In a process of its own: what is loaded here would be loaded for all tests of this file. */
async function run(code: string, env: Record<string, string> = {}): Promise<string> {
  const script = `${hooks}
    const slots = [Symbol.for('undici.globalDispatcher.1'), Symbol.for('undici.globalDispatcher.2')];
    const { createTransport } = await import(${JSON.stringify(module)});
    ${code}`;
  const options = { timeout: 20_000, env: { PATH: process.env['PATH'], ...env }, cwd: import.meta.dirname };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options);
  return stdout.trim();
}

describe('createTransport', () => {
  it.each([
    ['before fetch was used', ''],
    ['after fetch was used', "await fetch('http://127.0.0.1:1').catch(() => 0);"],
  ])("leaves the process's dispatcher as it was, %s", async (_, first) => {
    const code = `${first}
      const before = slots.map((slot) => globalThis[slot]);
      createTransport({ timeoutMs: 1000, environmentProxy: false });
      console.log(slots.every((slot, index) => globalThis[slot] === before[index]));`;
    expect(await run(code)).toBe('true');
  });

  it('leaves undici unloaded for a host that imports it later, and registers itself as always', async () => {
    const code = `
      createTransport({ timeoutMs: 1000, environmentProxy: false });
      const undici = await import('undici');
      const registered = undici.getGlobalDispatcher() instanceof undici.Agent && globalThis[slots[1]] === undici.getGlobalDispatcher();
      const answer = await undici.request('http://127.0.0.1:1').catch((error) => error.code);
      console.log(registered, answer);`;
    expect(await run(code)).toBe('true ECONNREFUSED');
  });

  // Node 22 knows it from 22.21 on.
  const knowsEnvironmentProxy = process.allowedNodeEnvironmentFlags.has('--use-env-proxy');
  it.runIf(knowsEnvironmentProxy)('leaves the proxy of the environment in use by fetch', async () => {
    const proxy = createServer((_, response) => response.end('by proxy'));
    proxy.on('connect', (_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 8\r\nconnection: close\r\n\r\nby proxy'),
      );
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const code = `
      createTransport({ timeoutMs: 1000, environmentProxy: false });
      console.log(await fetch('http://upstream.invalid/x').then((response) => response.text()));
      process.exit();`;
    const port = (proxy.address() as AddressInfo).port;
    try {
      expect(await run(code, { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: `http://127.0.0.1:${port}` })).toBe('by proxy');
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('does not keep the process alive, not even with a request that hangs', async () => {
    const code = `
      import { createServer } from 'node:http';
      const { openReading } = await import(${JSON.stringify(share)});
      const server = createServer(() => undefined);
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
      server.on('connection', (socket) => socket.unref());
      const transport = createTransport({ timeoutMs: 60000, environmentProxy: false });
      void transport.send({ url: new URL('http://127.0.0.1:' + server.address().port), headers: {}, body: '{}' }, new AbortController().signal, openReading());
      await new Promise((resolve) => setTimeout(resolve, 200));
      const started = performance.now();
      process.on('exit', () => console.log(performance.now() - started < 5000));`;
    expect(await run(code)).toBe('true');
  });
});
