import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Format } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { forestOf } from './forest.js';
import type { Report } from './report.js';
import { runNode } from './run.js';

const OURS = '@understudy/instrumentation';
/** What bundles of CommonJS packages into an ES module need, ours or not. */
const REQUIRE =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";
const COMPARED = [
  'one [service]',
  '  chat m [ours] primary -> chat candidate',
  'chat candidate [ours] shadow -> chat m',
];

async function bundle(format: Format, external: readonly string[], folder: string): Promise<string> {
  const outfile = join(folder, `service-${external.length}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/bundled.mjs')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format,
    external: [...external],
    logLevel: 'error',
    ...(format === 'esm' && { banner: { js: REQUIRE } }),
  });
  return outfile;
}

describeWithRedis('a bundled service that is given our fetch', () => {
  let provider: Provider;
  let redis: RedisServer;
  /** Beside the repository's packages, and where there are none. */
  let installed: string;
  let alone: string;

  beforeAll(async () => {
    [provider, redis, installed, alone] = await Promise.all([
      startProvider(),
      startRedis(),
      mkdtemp(join(import.meta.dirname, '.bundle-')),
      mkdtemp(join(tmpdir(), 'understudy-bundle-')),
    ]);
  });
  afterAll(async () => {
    const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });
    await Promise.all([provider.close(), redis.stop(), remove(installed), remove(alone)]);
  });

  const run = async (file: string, cwd: string): Promise<Report> =>
    JSON.parse(await runNode([file], { origin: provider.origin, queueUrl: redis.url }, {}, cwd)) as Report;

  it.each<[string, Format, string[]]>([
    ['an ES module, our package external', 'esm', [OURS]],
    ['CommonJS, our package external', 'cjs', [OURS]],
    ['an ES module with our package in it, its dependencies installed', 'esm', []],
    ['CommonJS with our package in it, its dependencies installed', 'cjs', []],
  ])('%s: its calls are compared', async (_which, format, external) => {
    const report = await run(await bundle(format, external, installed), tmpdir());
    expect([forestOf(report), report.warnings]).toEqual([COMPARED, []]);
  });

  it.each<[string, Format]>([
    ['an ES module', 'esm'],
    ['CommonJS', 'cjs'],
  ])(
    '%s with our package in it and nothing installed: serves as before, and what is missing is named',
    async (_which, format) => {
      const report = await run(await bundle(format, [], alone), alone);
      expect(forestOf(report)).toEqual(['one [service]', '  chat m [ours]']);
      expect(report.warnings).toEqual([
        expect.stringMatching(/`ioredis` cannot be found: .+ keep @understudy\/instrumentation external/),
      ]);
    },
  );
});
