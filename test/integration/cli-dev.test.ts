import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { printed, type Running, start, understudy } from '../end-to-end/processes.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { serviceFolders } from '../init/service-folders.js';
import { startOtlpReceiver } from '../servers/otlp.js';

vi.setConfig({ testTimeout: 90_000 });

const CLI = fileURLToPath(new URL('../../packages/evaluator/bin/understudy.js', import.meta.url));
const copyOf = serviceFolders();

let provider: Provider;
const folders: string[] = [];

beforeAll(async () => {
  provider = await startProvider();
});
afterAll(async () => {
  await provider.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The folder of a service that `understudy init` has seen. */
async function initialised(): Promise<string> {
  const folder = copyOf('openai-esm');
  const { code, err } = await understudy(['init', '--candidate', 'gpt-5-mini', '--rate', '1', '--dir', folder]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return folder;
}

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

/** What `dev --json` has said so far; a line that is still being written is left out. */
function linesOf(running: Running): readonly Line[] {
  return running
    .log()
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);
}

const dev = (folder: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running =>
  start([CLI, 'dev', '--otlp-port', '0', ...args], environment, folder);

/** The service in a process of its own, asked until the other one has printed the pattern. */
async function askedUntil(folder: string, other: Running, pattern: RegExp, otlp = ''): Promise<void> {
  const environment = {
    OPENAI_API_KEY: 'sk-primary',
    OPENAI_BASE_URL: `${provider.origin}/dev/plain/v1`,
    // Without one, an exporter tries for long when it ends.
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
  };
  await using service = start(['--import', './instrumentation.mjs', 'server.js'], environment, folder);
  const [, port] = await printed(service, /listening on (\d+)/);
  for (let asked = 0; asked < 150 && !pattern.test(other.log()); asked += 1) {
    await fetch(`http://127.0.0.1:${port}/How%20are%20you%3F`).then((response) => response.text());
    await sleep(100);
  }
  if (!pattern.test(other.log())) throw new Error(`expected ${pattern}, got:\n${other.log()}\n${service.log()}`);
}

describe('understudy dev', () => {
  it('says what to do where there is no configuration', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-dev-'));
    folders.push(folder);
    await using running = start([CLI, 'dev'], {}, folder);
    const ended = once(running.child, 'exit');
    await printed(running, /npx @understudy\/evaluator init --candidate MODEL/);
    expect(await ended).toEqual([3, null]);
  });

  it('shows the pair of a service in another process as JSON, passes its telemetry on, and ends at a signal', async () => {
    const folder = await initialised();
    await using collector = await startOtlpReceiver();
    await using running = dev(folder, ['--json'], { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const [, url = ''] = await printed(running, /"url":"(http:\/\/127\.0\.0\.1:\d+)","passedTo"/);
    await askedUntil(folder, running, /"type":"pair".*\n[^]*"type":"verdict"/, url);
    expect(await running.stop()).toBe(0);
    const lines = linesOf(running);
    expect(lines[0]).toMatchObject({ v: 1, type: 'ready', otlp: { passedTo: collector.url } });
    const pair = lines.find(({ type }) => type === 'pair');
    expect(pair).toMatchObject({
      candidate: 'candidate',
      primary: { status: 'ok' },
      shadow: { status: 'ok' },
      textless: null,
      texts: { request: 'How are you?' },
    });
    const { primary, diff } = (pair?.['texts'] ?? {}) as {
      primary: string;
      diff: readonly { kind: string; text: string }[];
    };
    const words = diff.filter(({ kind }) => kind !== 'second').map(({ text }) => text);
    expect(words.join('')).toBe(primary.trim().replaceAll(/\s+/g, ' '));
    expect(lines.some(({ type, state }) => type === 'verdict' && state === 'hold')).toBe(true);
    const { otlp } = lines.at(-1) as unknown as { otlp: { received: { traces: { items: number; passedOn: number } } } };
    expect(otlp.received.traces.passedOn).toBeGreaterThan(0);
    // The service's spans, through us; those of the evaluator come on their own.
    expect(collector.spans.filter(({ name }) => name.startsWith('chat '))).toHaveLength(otlp.received.traces.items);
  });

  it('shows nothing that anybody said with --no-content', async () => {
    const folder = await initialised();
    await using silent = dev(folder, ['--no-content']);
    const [, url] = await printed(silent, /OTLP at (http:\S+\d):/);
    await askedUntil(folder, silent, /primary [\d,]+ ms, shadow [\d,]+ ms/, url);
    expect(await silent.stop()).toBe(0);
    expect(silent.log()).not.toContain('How are you');
  });

  it('ends with 4 where a port that was asked for is taken', async () => {
    const folder = await initialised();
    await using collector = await startOtlpReceiver();
    const { port } = new URL(collector.url);
    await using asked = start([CLI, 'dev', '--otlp-port', port], {}, folder);
    const ended = once(asked.child, 'exit');
    await printed(asked, new RegExp(`cannot listen for OTLP at 127.0.0.1:${port}: EADDRINUSE`));
    expect(await ended).toEqual([4, null]);
  });

  const isTerminal = spawnSync('script', ['--version']).status === 0;
  it.skipIf(!isTerminal)('takes the terminal, and gives it back at Ctrl-C with the verdict on it', async () => {
    const folder = await initialised();
    const command = `stty cols 60 rows 20; exec ${process.execPath} ${CLI} dev --otlp-port 0`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color', HOME: folder },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    try {
      await vi.waitUntil(() => text.includes('Ctrl-C ends it.'), { timeout: 30_000 });
      const [, url = ''] = /OTLP at (http:\S+\d):/.exec(text) ?? [];
      const environment = {
        OPENAI_API_KEY: 'sk-primary',
        OPENAI_BASE_URL: `${provider.origin}/dev/plain/v1`,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
      };
      await using service = start(['--import', './instrumentation.mjs', 'server.js'], environment, folder);
      const [, port] = await printed(service, /listening on (\d+)/);
      for (let asked = 0; asked < 150 && !text.includes('asked: How are you?'); asked += 1) {
        await fetch(`http://127.0.0.1:${port}/How%20are%20you%3F`).then((response) => response.text());
        await sleep(100);
      }
      child.stdin.write('\u0003');
      expect(await closed).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
    expect(text).toContain('asked: How are you?');
    expect(text).toContain('admitted = ');
    const [before = '', after = ''] = text.split('\u001b[?1049l');
    expect(before).toContain('\u001b[?1049h');
    expect(after).toContain('HOLD');
    // oxlint-disable-next-line no-control-regex
    const lines = before.split(/\r*\n|\u001b\[H/).map((line) => line.replaceAll(/\u001b\[[?\d;]*[A-Za-z]/g, ''));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
