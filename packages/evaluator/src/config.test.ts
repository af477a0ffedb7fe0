import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, terminalOf } from './config.js';

const root = mkdtempSync(join(tmpdir(), 'understudy-config-'));
const folder = (): string => mkdtempSync(join(root, 'x'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('loadConfig', () => {
  it('without a file uses an embedded store in the working folder', () => {
    const cwd = folder();
    expect(loadConfig({ env: {}, cwd })).toMatchObject({
      source: 'the defaults',
      queueUrl: `embedded:${join(cwd, '.understudy')}`,
      ledgerUrl: `embedded:${join(cwd, '.understudy')}`,
      telemetry: { tracesUrl: null, metricsUrl: null, logsUrl: null },
      listen: null,
      webhooks: [],
    });
  });

  it('reads understudy.yaml of the working folder, and the environment over it', () => {
    const cwd = folder();
    writeFileSync(
      join(cwd, 'understudy.yaml'),
      'version: 1\nqueue: { url: redis://queue:6379 }\nledger: { url: embedded:./data }\n',
    );
    expect(loadConfig({ env: {}, cwd })).toMatchObject({
      source: join(cwd, 'understudy.yaml'),
      queueUrl: 'redis://queue:6379',
      ledgerUrl: `embedded:${join(cwd, 'data')}`,
    });
    const env = { UNDERSTUDY_QUEUE_URL: 'redis://other:1', UNDERSTUDY_LEDGER_URL: 'postgres://ledger/x' };
    expect(loadConfig({ env, cwd })).toMatchObject({ queueUrl: 'redis://other:1', ledgerUrl: 'postgres://ledger/x' });
  });

  it('moves the ledger with a queue that holds both', () => {
    const moved = loadConfig({ env: { UNDERSTUDY_QUEUE_URL: 'postgres://host/db' }, cwd: folder() });
    expect(moved).toMatchObject({ queueUrl: 'postgres://host/db', ledgerUrl: 'postgres://host/db' });
  });

  it('says that Redis cannot hold the ledger', () => {
    expect(() => loadConfig({ env: { UNDERSTUDY_QUEUE_URL: 'redis://host' }, cwd: folder() })).toThrow(/ledger\.url/);
  });

  it.each([
    [{ path: 'absent.yaml' }, {}, /absent\.yaml[^]*--config/],
    [{}, { UNDERSTUDY_CONFIG: 'absent.yaml' }, /absent\.yaml[^]*UNDERSTUDY_CONFIG/],
    [{}, { UNDERSTUDY_LISTEN: 'localhost' }, /UNDERSTUDY_LISTEN[^]*PORT or HOST:PORT/],
    [{}, { UNDERSTUDY_WEBHOOK_URL: 'nowhere' }, /UNDERSTUDY_WEBHOOK_URL[^]*http/],
    [{}, { UNDERSTUDY_QUEUE_URL: 'mysql://x' }, /queue\.url/],
    [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT/],
  ])('refuses %j with %j', (options, env, message) => {
    expect(() => loadConfig({ ...options, env, cwd: folder() })).toThrow(message);
  });

  it('exports where the OTLP variables say', () => {
    const telemetry = (env: Record<string, string>) => loadConfig({ env, cwd: folder() }).telemetry;
    expect(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/' })).toMatchObject({
      tracesUrl: 'http://c:4318/v1/traces',
      metricsUrl: 'http://c:4318/v1/metrics',
      logsUrl: 'http://c:4318/v1/logs',
    });
    expect(
      telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://m/x' }),
    ).toMatchObject({ tracesUrl: 'http://c:4318/v1/traces', metricsUrl: 'http://m/x' });
    expect(
      telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_EXPORTER: 'none' }).tracesUrl,
    ).toBeNull();
    expect(telemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' })).toMatchObject({
      tracesUrl: null,
      metricsUrl: null,
    });
  });
});

it.each([
  [{ isTTY: true }, {}, { color: true, live: true }],
  [{ isTTY: true }, { NO_COLOR: '1' }, { color: false, live: true }],
  [{ isTTY: true }, { TERM: 'dumb' }, { color: false, live: false }],
  [{}, {}, { color: false, live: false }],
  [{}, { FORCE_COLOR: '1' }, { color: true, live: false }],
  [{ isTTY: true }, { CI: 'true' }, { color: true, live: false }],
])('shows a terminal %j with %j what it can show', (stream, env, expected) => {
  expect(terminalOf(stream, env)).toEqual(expected);
});
