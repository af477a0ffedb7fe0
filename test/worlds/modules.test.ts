import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { forestOf } from './forest.js';
import { experimentOf, type Report, type Told } from './report.js';
import { runNode } from './run.js';

const REGISTER = '@understudy/instrumentation/register';

describeWithRedis('a service', () => {
  let provider: Provider;
  let redis: RedisServer;
  let folder: string;
  let world: Told;
  let config: string;

  beforeAll(async () => {
    [provider, redis, folder] = await Promise.all([
      startProvider(),
      startRedis(),
      mkdtemp(join(tmpdir(), 'understudy-modules-')),
    ]);
    world = { origin: provider.origin, queueUrl: redis.url };
    config = join(folder, 'understudy.yaml');
    const ledger = { url: 'postgres://localhost/none' };
    const experiments = [experimentOf(world)];
    await writeFile(config, JSON.stringify({ version: 1, queue: { url: redis.url }, ledger, experiments }));
  });
  afterAll(async () => {
    await Promise.all([provider.close(), redis.stop(), rm(folder, { recursive: true, force: true })]);
  });

  it.each([
    ['of ES modules, with --import', ['--import', REGISTER, 'fixtures/registered.mjs']],
    ['of CommonJS, with --import', ['--import', REGISTER, 'fixtures/registered.cjs']],
    ['of CommonJS, with --require', ['--require', REGISTER, 'fixtures/registered.cjs']],
    [
      'of CommonJS, with OpenTelemetry set up by --require before us',
      ['--require', './fixtures/telemetry.cjs', '--import', REGISTER, 'fixtures/registered.cjs'],
    ],
    ['of CommonJS, with require() in code', ['fixtures/required.cjs']],
  ])('%s', async (_which, args) => {
    const report = JSON.parse(await runNode(args, world, { UNDERSTUDY_CONFIG: config })) as Report;
    expect([forestOf(report), report.warnings]).toEqual([
      ['one [service]', '  chat m [ours] primary -> chat candidate', 'chat candidate [ours] shadow -> chat m'],
      [],
    ]);
  });
});
