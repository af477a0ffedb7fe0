import { execFile } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const hooks = `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => next(name.endsWith('.js') && name.startsWith('.') && context.parentURL?.endsWith('.ts') ? name.replace(/js$/, 'ts') : name, context) });
`;

/** In a process of its own: the loop of this one is never idle. Gives back what it prints. */
async function run(code: string, ...modules: readonly string[]): Promise<string> {
  const loaded = modules.map((name) => {
    const [, exported, file] = /^(\w+) of (.+)$/.exec(name) ?? [];
    return `const { ${exported} } = await import(${JSON.stringify(new URL(file ?? '', import.meta.url).href)});`;
  });
  const script = `${hooks}${loaded.join('\n')}${code}`;
  const options = { timeout: 60_000, cwd: import.meta.dirname };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], options);
  return stdout.trim();
}

/** Keeps the loop alive and asleep for much longer than any turn takes. */
const ASLEEP = `
  const never = new AbortController().signal;
  const now = () => performance.now();
  const keep = setTimeout(() => undefined, 20_000);
  const startedAt = now();
  const done = () => { clearTimeout(keep); console.log(now() - startedAt < 10_000); };`;

test('turns are given on a loop that nothing else wakes', async () => {
  const code = `${ASLEEP}
    const turns = new Turns({ sliceMs: 4, now });
    turns.run(() => { const from = now(); while (now() - from < 10); });
    await Promise.all([1, 2, 3].map(() => turns.turn(never)));
    done();`;
  expect(await run(code, 'Turns of ./turns.ts')).toBe('true');
});

test('who waits for a share of the time has it on a loop that nothing else wakes', async () => {
  const code = `${ASLEEP}
    const pace = new Pace({ share: 0.5, burstMs: 4, now });
    pace.run(() => undefined, 10);
    await Promise.all([1, 2, 3].map(() => pace.turn(never)));
    done();`;
  expect(await run(code, 'Pace of ./pace.ts')).toBe('true');
});

test('a process ends by itself in the middle of floods that are read for it', async () => {
  const block = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'.repeat(1500);
  const server = createServer((socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on('error', () => undefined).on('drain', more);
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n');
      more();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const code = `
    const transport = createTransport({ timeoutMs: 60_000, environmentProxy: false });
    const url = new URL('http://127.0.0.1:${(server.address() as AddressInfo).port}');
    const request = { url, headers: {}, body: '{}', dialect: openaiChat, request: { operation: 'chat', model: 'm', stream: true } };
    const limits = { timeoutMs: 60_000, maxBytes: 1e9, keepContent: false, now: () => performance.now() };
    let ended = 0;
    for (let each = 0; each < 8; each += 1)
      void exchange(transport, request, limits, new AbortController().signal).then(() => (ended += 1));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const from = performance.now();
    process.on('exit', () => console.log(ended, performance.now() - from < 20_000));`;
  const modules = [
    'createTransport of ./undici.ts',
    'exchange of ./exchange.ts',
    'openaiChat of ../dialect/protocols/openai-chat.ts',
  ];
  try {
    expect(await run(code, ...modules)).toBe('0 true');
  } finally {
    server.close();
  }
});
