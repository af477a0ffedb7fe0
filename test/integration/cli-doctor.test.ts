import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Finding } from '../../packages/evaluator/src/doctor/finding.js';
import { start, understudy } from '../end-to-end/processes.js';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithServers } from '../servers/found.js';
import { type OtlpReceiver, startOtlpReceiver } from '../servers/otlp.js';
import { freePort } from '../servers/process.js';
import { type PostgresServer, startPostgres } from '../servers/postgres.js';
import { type RedisServer, startRedis } from '../servers/redis.js';

vi.setConfig({ testTimeout: 60_000 });

const CLI = new URL('../../packages/evaluator/bin/understudy.js', import.meta.url).pathname;

interface Doctor {
  readonly code: number | null;
  readonly findings: ReadonlyMap<string, Finding>;
  readonly text: string;
}

/** `understudy doctor --json`. */
async function doctor(
  config: string,
  environment: Record<string, string> = {},
  options: readonly string[] = [],
): Promise<Doctor> {
  await using running = start([CLI, 'doctor', '--json', '--config', config, ...options], environment);
  const code = await new Promise<number | null>((resolve) => running.child.once('close', resolve));
  const text = running.log();
  const { findings } = JSON.parse(text) as { findings: readonly Finding[] };
  return { code, findings: new Map(findings.map((one) => [one.check, one])), text };
}

const folder = mkdtempSync(join(tmpdir(), 'understudy-doctor-'));
let provider: Provider;
let files = 0;
beforeAll(async () => {
  provider = await startProvider();
});
afterAll(async () => {
  await provider.close();
  rmSync(folder, { recursive: true, force: true });
});

function configured(yaml: string): string {
  const path = join(folder, `${(files += 1)}.yaml`);
  writeFileSync(path, `version: 1\n${yaml}`);
  return path;
}

describe('understudy doctor', () => {
  it('says what is wrong with a configuration, and goes on with what needs none', async () => {
    const { code, findings } = await doctor(configured('queue: { url: "http://x" }'));
    expect(code).toBe(2);
    expect(findings.get('configuration')).toMatchObject({ status: 'fail' });
    expect(findings.get('configuration')?.fix).toContain('expected redis://');
    expect(findings.get('node')?.status).toBe('ok');
  });

  it('asks each model as a shadow would, and shows no key', async () => {
    const { code, findings, text } = await doctor(
      configured(`
queue: { url: "embedded:${folder}/none" }
experiments:
  - name: support
    candidates:
      good: { model: gpt-5-mini, baseUrl: "${provider.origin}/doctor/plain/v1", apiKey: { env: GOOD_KEY } }
      wrong: { model: gpt-5-mini, baseUrl: "${provider.origin}/doctor/bad_request/v1", apiKey: { env: GOOD_KEY } }
      claude: { model: claude-haiku-5, dialect: anthropic-messages, baseUrl: "${provider.origin}/doctor/plain", apiKey: { env: GOOD_KEY } }
      gemini: { model: gemini-3-flash, dialect: gemini-generate, baseUrl: "${provider.origin}/doctor/plain/v1beta", apiKey: { env: GOOD_KEY } }
      answers: { model: gpt-5-mini, dialect: openai-responses, baseUrl: "${provider.origin}/doctor/plain/v1", apiKey: { env: GOOD_KEY } }
      local: { model: my-model, dialect: ollama-chat, baseUrl: "${provider.origin}/doctor/plain" }
      away: { model: gpt-5-mini, baseUrl: "http://127.0.0.1:${await freePort()}/v1" }
      keyless: { model: gpt-5-mini, baseUrl: "${provider.origin}/doctor/plain/v1", apiKey: { env: NOT_SET } }
      beside: { model: gpt-5-nano }
`),
      { GOOD_KEY: 'sk-very-secret' },
    );
    expect(code).toBe(2);
    const states = ['good', 'wrong', 'claude', 'gemini', 'answers', 'local', 'away', 'keyless', 'beside'].map((arm) => [
      arm,
      findings.get(`candidate ${arm} of support`)?.status,
    ]);
    expect(Object.fromEntries(states)).toEqual({
      good: 'ok',
      wrong: 'fail',
      claude: 'ok',
      gemini: 'ok',
      answers: 'ok',
      local: 'ok',
      away: 'fail',
      keyless: 'fail',
      beside: 'skipped',
    });
    expect(findings.get('candidate wrong of support')?.found).toContain('HTTP 400');
    expect(findings.get('candidate away of support')?.found).toContain('ECONNREFUSED');
    expect(findings.get('candidate keyless of support')?.found).toContain('NOT_SET');
    expect(findings.get('prices of support')).toMatchObject({
      status: 'warn',
      found: expect.stringContaining('my-model') as string,
    });
    expect(findings.get('queue')).toMatchObject({ status: 'fail' });
    expect(text).not.toContain('very-secret');
  });

  it('asks for no key of a candidate where it asks no model, as in a pod of the evaluator, and for that of a judge', async () => {
    const path = configured(`
experiments:
  - name: support
    candidate: { model: gpt-5-mini, apiKey: { env: NOT_SET } }
    judge: { rubric: helpfulness, model: gpt-5, baseUrl: "${provider.origin}/v1", apiKey: { env: NOT_SET_EITHER } }
`);
    const without = await doctor(path, {}, ['--no-calls']);
    expect(without.findings.get('candidate candidate of support')).toMatchObject({
      status: 'skipped',
      found:
        'not asked (--no-calls); its key is not in the environment variable NOT_SET here: it is for the service to have',
    });
    expect(without.findings.get('judge of support')?.status).toBe('fail');
    const { findings } = await doctor(path);
    expect(findings.get('candidate candidate of support')?.status).toBe('fail');
  });

  it('prints the fix beside what is wrong', async () => {
    const { out, code } = await understudy(['doctor', '--no-calls', '--config', configured('experiments: []')]);
    expect(code).toBe(2);
    expect(out).toMatch(/^FAILED .*queue: there is no store in .*\n\s+fix: start it/m);
    expect(out).toMatch(/\n\d+ failed, \d+ to be looked at, \d+ checks\n$/);
  });
});

describeWithServers('understudy doctor, on Redis and PostgreSQL', () => {
  let redis: RedisServer;
  let postgres: PostgresServer;
  let otlp: OtlpReceiver;
  beforeAll(async () => {
    [redis, postgres, otlp] = await Promise.all([startRedis(), startPostgres(), startOtlpReceiver()]);
  });
  afterAll(() => Promise.all([redis.stop(), postgres.stop(), otlp.stop()]));

  const config = (): string =>
    configured(`
queue: { url: "${redis.url}" }
ledger: { url: "${postgres.url}" }
experiments:
  - name: support
    candidate: { model: gpt-5-mini }
`);

  it('finds a Redis that evicts, a ledger nobody has made, and an exporter that answers', async () => {
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    client.disconnect();
    const { findings } = await doctor(config(), { OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url });
    expect(findings.get('redis eviction')).toMatchObject({ status: 'fail' });
    expect(findings.get('redis eviction')?.fix).toContain('noeviction');
    expect(findings.get('redis persistence')?.status).toBe('warn');
    expect(findings.get('clock against the queue')?.status).toBe('ok');
    expect(findings.get('clock against the ledger')?.status).toBe('ok');
    expect(findings.get('ledger')).toMatchObject({ status: 'warn', fix: '`understudy run` makes its tables' });
    expect(findings.get('exporter of traces')?.status).toBe('ok');
  });

  it('finds an experiment that no service has announced, once there is a ledger', async () => {
    const path = config();
    await using running = start([CLI, 'run', '--config', path], {});
    await vi.waitFor(() => expect(running.log()).toMatch(/evaluator .* runs/), { timeout: 30_000 });
    const { findings } = await doctor(path);
    expect(findings.get('ledger')?.status).toBe('ok');
    expect(findings.get('run of support')).toMatchObject({ status: 'fail', found: 'no service has announced it' });
  });

  it('says of servers that are away that they are, without their passwords', async () => {
    const away = `127.0.0.1:${await freePort()}`;
    const path = configured(
      `queue: { url: "redis://:hidden-word@${away}" }\nledger: { url: "postgres://me:hidden-word@${away}/x" }\n`,
    );
    const { code, findings, text } = await doctor(path);
    expect(code).toBe(2);
    expect(findings.get('queue')?.found).toContain('ECONNREFUSED');
    expect(findings.get('ledger')?.found).toContain('ECONNREFUSED');
    expect(text).not.toContain('hidden-word');
  });
});
