import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@understudy/instrumentation/experiment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../finding.js';
import { checkClock } from './clock.js';
import { checkExperiments, checkRuns } from './experiments.js';
import { checkAnswer } from './models.js';
import { checkPackages } from './packages.js';
import { checkLedger, checkRedis } from './stores.js';
import { checkExporter } from './telemetry.js';

const statusOf = (findings: readonly Finding[], check: string): Finding['status'] | undefined =>
  findings.find((one) => one.check === check)?.status;

/** Whoever has to do something is told what. */
function complete(findings: readonly Finding[]): void {
  for (const { status, fix } of findings) expect(fix !== undefined).toBe(status === 'fail' || status === 'warn');
}

describe('packages', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-doctor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const install = (path: string, version: string): void => {
    mkdirSync(join(folder, 'node_modules', path), { recursive: true });
    writeFileSync(join(folder, 'node_modules', path, 'package.json'), JSON.stringify({ version }));
  };

  it('are sound where each is there once', () => {
    install('@opentelemetry/api', '1.10.0');
    install('@opentelemetry/sdk-node', '0.301.0');
    install('@understudy/instrumentation', '0.1.0');
    const findings = checkPackages(folder, 'v24.1.0');
    expect(findings.map(({ status }) => status)).toEqual(['ok', 'ok', 'ok', 'ok']);
  });

  it.each([
    ['v20.19.0', 'fail'],
    ['v22.18.9', 'fail'],
    ['v22.19.0', 'ok'],
    ['v26.0.0', 'ok'],
  ])('are for Node 22.19 and newer: %s is %s', (version, status) => {
    expect(statusOf(checkPackages(folder, version), 'node')).toBe(status);
  });

  it('are doubles where a dependency brings its own API, which is worse in another major version', () => {
    install('@opentelemetry/api', '1.10.0');
    install('old-lib/node_modules/@opentelemetry/api', '1.4.0');
    const double = checkPackages(folder, 'v24.1.0');
    expect(double.find(({ check }) => check === '@opentelemetry/api')).toMatchObject({
      status: 'warn',
      found: '1.10.0, 1.4.0 in old-lib',
    });
    install('@scope/older/node_modules/@opentelemetry/api', '0.20.0');
    expect(statusOf(checkPackages(folder, 'v24.1.0'), '@opentelemetry/api')).toBe('fail');
    complete(checkPackages(folder, 'v24.1.0'));
  });

  it('cannot be looked at where nothing is installed', () => {
    expect(statusOf(checkPackages(folder, 'v24.1.0'), 'packages')).toBe('skipped');
  });
});

describe('stores', () => {
  const clock = { differenceMs: 3, aroundMs: 2 };
  const SOUND = {
    eviction: 'noeviction',
    memory: { used: 10 * 2 ** 20, limit: 100 * 2 ** 20 },
    persistence: 'append_only',
    clock,
  } as const;

  it('are sound where nothing is evicted, kept on disk, and half empty', () => {
    expect(checkRedis(SOUND).every(({ status }) => status === 'ok')).toBe(true);
  });

  it.each([
    ['redis eviction', { eviction: 'allkeys-lru' }, 'fail'],
    ['redis eviction', { eviction: null }, 'skipped'],
    ['redis memory', { memory: { used: 81, limit: 100 } }, 'fail'],
    ['redis memory', { memory: { used: 81, limit: 0 } }, 'warn'],
    ['redis persistence', { persistence: 'snapshots' }, 'warn'],
    ['redis persistence', { persistence: 'none' }, 'warn'],
    ['clock against the queue', { clock: { differenceMs: -5000, aroundMs: 1 } }, 'warn'],
    ['clock against the queue', { clock: { differenceMs: 90_000, aroundMs: 1 } }, 'fail'],
  ] as const)('say of %s with %j: %s', (check, change, status) => {
    const findings = checkRedis({ ...SOUND, ...change });
    expect(statusOf(findings, check)).toBe(status);
    complete(findings);
  });

  it('are told apart from a question that took long', () => {
    expect(checkClock('queue', 4000, 3500).status).toBe('ok');
  });

  it.each([
    [null, 'warn'],
    [15, 'warn'],
    [16, 'ok'],
    [17, 'fail'],
  ])('say of a ledger at migration %j of 16: %s', (migration, status) => {
    const findings = checkLedger({ server: '17.2', migration, newest: 16, clock });
    expect(statusOf(findings, 'ledger')).toBe(status);
    complete(findings);
  });
});

describe('experiments', () => {
  const NOW = Date.UTC(2026, 10, 22);
  const found = (some: object): Finding | undefined => {
    const { experiments } = resolveConfig({
      version: 1,
      experiments: [{ name: 'support', candidate: { model: 'mini' }, ...some }],
    });
    const findings = checkExperiments(experiments, NOW);
    complete(findings);
    return findings[0];
  };

  it.each([
    [{}, 'ok'],
    [{ enabled: false }, 'fail'],
    [{ sample: { rate: 0 }, piMin: 0.1 }, 'fail'],
    [{ window: { from: '2026-11-01T00:00:00Z', days: 7 } }, 'fail'],
    [{ window: { from: '2026-12-01T00:00:00Z', days: 7 } }, 'warn'],
    [{ window: { from: '2026-11-20T00:00:00Z', days: 7 } }, 'ok'],
  ])('with %j: %s', (some, status) => {
    expect(found(some)?.status).toBe(status);
  });

  it('whose run nobody has announced are named, with what makes a service do so', () => {
    const [finding] = checkRuns([{ name: 'support' }], []);
    expect(finding).toMatchObject({ status: 'fail', found: 'no service has announced it' });
    expect(finding?.fix).toContain('queue.url');
  });
});

describe('what is asked from here', () => {
  it.each([
    [{ status: 'answered', ms: 12 }, 'ok'],
    [{ status: 'refused', http: 401 }, 'fail'],
    [{ status: 'refused', http: 404 }, 'fail'],
    [{ status: 'refused', http: 503 }, 'fail'],
    [{ status: 'refused', http: 418 }, 'fail'],
    [{ status: 'unreached', why: 'ECONNREFUSED' }, 'fail'],
  ] as const)('says of a model %j: %s', (answered, status) => {
    const finding = checkAnswer('candidate mini of support', 'mini', answered);
    expect(finding.status).toBe(status);
    complete([finding]);
  });

  it.each([
    [null, null, 'warn'],
    ['http://x:4318/v1/traces', { status: 'reached', http: 200 }, 'ok'],
    ['http://x:4318/v1/traces', { status: 'reached', http: 400 }, 'ok'],
    ['http://x:4318/v1/traces', { status: 'reached', http: 401 }, 'fail'],
    ['http://x:4318/v1/traces', { status: 'reached', http: 404 }, 'fail'],
    ['http://x:4318/v1/traces', { status: 'unreached', why: 'ECONNREFUSED' }, 'fail'],
  ] as const)('says of an exporter %j with %j: %s', (url, reached, status) => {
    const finding = checkExporter('traces', url, reached);
    expect(finding.status).toBe(status);
    complete([finding]);
  });
});
