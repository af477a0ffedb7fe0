import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '@understudy/instrumentation/experiment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../finding.js';
import { checkClock } from './clock.js';
import { checkExperiments, checkRuns } from './experiments.js';
import type { ProducerState } from '../../ledger/snapshot.js';
import { checkLoading } from './loading.js';
import { checkAnswer } from './models.js';
import { checkPackages } from './packages.js';
import { checkSeen } from './seen.js';
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
    clients: { services: 2, evaluators: 1, waiting: 0 },
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
    ['both sides of the queue', { clients: { services: 2, evaluators: 0, waiting: 9 } }, 'fail'],
    ['both sides of the queue', { clients: { services: 0, evaluators: 1, waiting: 0 } }, 'fail'],
    ['both sides of the queue', { clients: { services: 0, evaluators: 0, waiting: 0 } }, 'fail'],
    ['both sides of the queue', { clients: null }, undefined],
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

describe('what was seen in operation', () => {
  const NOW = Date.UTC(2026, 10, 22);
  const seen = {
    cause: 'candidate_key',
    experiment: 'support',
    count: 7,
    found: 'HTTP 401',
    firstAt: 1,
    by: [],
  } as const;
  const producer = { state: 'alive', startedAt: NOW - 60_000, lastSeen: NOW, lastSentAt: NOW } as ProducerState;
  const found = (lastAt: number, startedAt = producer.startedAt): readonly Finding[] =>
    checkSeen(
      { misconfigured: [{ ...seen, lastAt }], producers: [{ ...producer, startedAt }], runs: [] },
      [{ name: 'support' }],
      NOW,
    );

  it('is named with its cause, how often, and the fix', () => {
    const [finding] = found(NOW - 5000);
    expect(finding).toMatchObject({ check: 'seen candidate_key of support', status: 'fail' });
    expect(finding?.found).toMatch(/^HTTP 401 \(7 times, last 5 s ago\)/);
    complete(found(NOW - 5000));
  });

  it('is not asked about where another configuration has it', () => {
    const given = { misconfigured: [{ ...seen, lastAt: NOW }], producers: [producer], runs: [] };
    expect(checkSeen(given, [{ name: 'other' }], NOW)).toMatchObject([{ status: 'ok' }]);
    expect(checkSeen(given, [], NOW)).toMatchObject([{ status: 'fail' }]);
  });

  it('fails whose processes it concerns, and is a note for others on the same ledger', () => {
    const by = [
      { producer: 'ours', found: 'an older API', lastAt: NOW - 9000 },
      { producer: 'theirs', found: 'an even older API', lastAt: NOW - 5000 },
      { producer: 'longago', found: 'an API', lastAt: NOW - 700_000 },
    ];
    const misconfigured = [{ ...seen, cause: 'two_apis', experiment: null, lastAt: NOW - 5000, by }] as const;
    const given = {
      misconfigured,
      producers: [producer],
      runs: [{ run: { experiment: 'support' }, producers: ['ours'] }],
    };
    const findings = checkSeen(given, [{ name: 'support' }], NOW);
    expect(findings).toMatchObject([
      { check: 'seen two_apis of ours', status: 'fail', found: 'an older API (last 9 s ago)' },
      { check: 'seen two_apis of theirs', status: 'warn' },
    ]);
    complete(findings);
    expect(checkSeen(given, [{ name: 'other' }], NOW).map(({ status }) => status)).toEqual(['warn']);
    expect(checkSeen(given, [], NOW)).toMatchObject([{ check: 'seen two_apis of ours, theirs', status: 'fail' }]);
  });

  it.each([
    ['is over after ten minutes', NOW - 600_001, NOW - 3_600_000],
    ['is over where every service was started anew', NOW - 5000, NOW - 4000],
  ])('%s', (_, lastAt, startedAt) => {
    expect(found(lastAt, startedAt)).toMatchObject([{ check: 'seen in operation', status: 'ok' }]);
  });

  it('is not over because the clock of a service is ahead', () => {
    const ahead = { ...producer, startedAt: NOW + 3_540_000, lastSentAt: NOW + 3_600_000, lastSeen: NOW };
    const misconfigured = [{ ...seen, lastAt: NOW - 5000 }];
    const findings = checkSeen({ misconfigured, producers: [ahead], runs: [] }, [{ name: 'support' }], NOW);
    expect(findings).toMatchObject([{ check: 'seen candidate_key of support', status: 'fail' }]);
  });

  it('is left out where only a newer version knows what it is', () => {
    const misconfigured = [{ ...seen, cause: 'constructor' as typeof seen.cause, lastAt: NOW }];
    expect(checkSeen({ misconfigured, producers: [producer], runs: [] }, [], NOW)).toMatchObject([{ status: 'ok' }]);
  });
});

describe('the order of loading', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-doctor-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const loaded = (start: string, nodeOptions: string | null = null): readonly (string | undefined)[] => {
    file('package.json', JSON.stringify({ scripts: { start } }));
    const findings = checkLoading(folder, { nodeOptions });
    complete(findings);
    return findings.map(({ status }) => status);
  };
  const OURS = "import { UnderstudyInstrumentation } from '@understudy/instrumentation';\n";
  const CLIENT = "import OpenAI from 'openai';\n";

  it.each([
    ['node server.js', 'warn'],
    ['node --import @understudy/instrumentation/register server.js', 'ok'],
    ['node --import ./instrumentation.mjs server.js', 'ok'],
    ['node --import=./late.mjs server.js', 'warn'],
    ['node --import ./other.mjs server.js', 'warn'],
    ['node own.js', 'ok'],
    ['node late.mjs', 'warn'],
  ])('of %s: %s', (start, status) => {
    file('server.js', CLIENT);
    file('instrumentation.mjs', OURS);
    file('late.mjs', CLIENT + OURS);
    file('other.mjs', "import './x.js';\n");
    file('own.js', OURS + CLIENT);
    expect(loaded(start)).toEqual([status]);
  });

  it('may be in NODE_OPTIONS, and is not guessed at where nothing says how the service is started', () => {
    expect(loaded('node server.js', '--import @understudy/instrumentation/register')).toEqual(['ok']);
    rmSync(join(folder, 'package.json'));
    expect(checkLoading(folder, { nodeOptions: null })).toEqual([]);
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

  it('names the key that is refused by where it is', () => {
    const refused = checkAnswer('candidate', 'mini', { status: 'refused', http: 401 }, 'the file /run/key');
    expect(refused.found).toBe('mini: HTTP 401, with the key in the file /run/key');
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
