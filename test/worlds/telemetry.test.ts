import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Provider, startProvider } from '../providers/provider.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { forestOf } from './forest.js';
import type { Report } from './report.js';
import { runService } from './run.js';

const here = (path: string): string => join(import.meta.dirname, path);
const ONE = ['one [service]', '  chat m [ours] primary -> chat candidate', 'chat candidate [ours] shadow -> chat m'];
const BESIDE = ['chat m [ours] primary -> chat candidate', 'chat candidate [ours] shadow -> chat m'];
const BELOW = ['chat m [ours] primary -> chat candidate', '  chat candidate [ours] shadow -> chat m'];
const SAME_TRACE = '@understudy/instrumentation understudy.shadow.same_trace';
const NOT_RECORDED = { shadow: { requireRecording: false } };

describeWithRedis('the spans of a service', () => {
  let provider: Provider;
  let redis: RedisServer;

  beforeAll(async () => {
    [provider, redis] = await Promise.all([startProvider(), startRedis()]);
  });
  afterAll(async () => {
    await Promise.all([provider.close(), redis.stop()]);
  });

  const run = (service: [string, ...string[]], shadow: Record<string, unknown> = {}): Promise<Report> => {
    provider.seen.length = 0;
    return runService(service, { origin: provider.origin, queueUrl: redis.url, shadow });
  };

  describe('with API 1.9 and SDK 2', () => {
    let copy: string;

    /** Where our package has been installed, its peer is the API that is there: a copy of it, beside theirs. */
    beforeAll(async () => {
      copy = await mkdtemp(here('older/.installed-'));
      const built = here('../../packages/instrumentation');
      for (const part of ['package.json', 'dist']) await cp(join(built, part), join(copy, part), { recursive: true });
      const own = join(built, 'node_modules');
      if (existsSync(own)) await symlink(own, join(copy, 'node_modules'), 'junction');
    });
    afterAll(async () => {
      await rm(copy, { recursive: true, force: true });
    });

    const runOlder = (sampler: string): Promise<Report> =>
      run(['older/service.ts', join(copy, 'dist/index.js'), sampler]);

    it('our package takes that API, and nothing else of the world is of another version', async () => {
      expect(await versionFrom(join(copy, 'dist/index.js'), '@opentelemetry/api')).toBe('1.9.1');
      expect(await versionFrom(here('older/service.ts'), '@opentelemetry/api')).toBe('1.9.1');
      expect(await versionFrom(here('older/service.ts'), '@opentelemetry/sdk-trace-base')).toMatch(/^2\./);
      expect(await versionFrom(here('service.ts'), '@opentelemetry/api')).toBe('1.10.0');
      expect(await versionFrom(here('service.ts'), '@opentelemetry/sdk-trace')).toMatch(/^3\./);
    });

    it('are the same, found through the API alone', async () => {
      const report = await runOlder('on');
      expect([forestOf(report), report.warnings]).toEqual([ONE, []]);
    });

    it('follow their links', async () => {
      const report = await runOlder('following');
      expect([forestOf(report), report.warnings]).toEqual([BESIDE, []]);
    });
  });

  describe('with API 1.10 and SDK 3, a sampler that records what a caller has sampled', () => {
    it('wrapped in followLinks: a shadow has a trace of its own', async () => {
      const report = await run(['sampled-service.ts', 'following']);
      expect([forestOf(report), report.warnings, report.metrics[SAME_TRACE]]).toEqual([BESIDE, [], 0]);
    });

    it("not wrapped: it is in its primary's, is counted, and the fix is named once", async () => {
      const report = await run(['sampled-service.ts', 'plain']);
      expect([forestOf(report), report.metrics[SAME_TRACE]]).toEqual([BELOW, 1]);
      expect(report.warnings).toEqual([expect.stringContaining('followLinks(sampler)')]);
    });

    it("topology same-trace: it is in its primary's because it is meant to", async () => {
      const report = await run(['sampled-service.ts', 'plain'], { topology: 'same-trace' });
      expect([forestOf(report), report.warnings, report.metrics[SAME_TRACE]]).toEqual([BELOW, [], 0]);
    });

    it.each(['plain', 'following'])('of a call that is not recorded none is sent (%s)', async (sampler) => {
      await run(['sampled-service.ts', sampler]);
      expect(models(provider)).toEqual(['candidate', 'm', 'm']);
    });

    it.each([
      ['plain', BELOW],
      ['following', BESIDE],
    ])('unless nothing has to be recorded: then it is sent, and not recorded either (%s)', async (sampler, forest) => {
      const report = await run(['sampled-service.ts', sampler], NOT_RECORDED.shadow);
      expect(models(provider)).toEqual(['candidate', 'candidate', 'm', 'm']);
      expect(forestOf(report)).toEqual(forest);
    });
  });
});

function models({ seen }: Provider): string[] {
  return seen
    .map(({ body }) => (JSON.parse(Buffer.from(body, 'base64').toString()) as { model: string }).model)
    .toSorted();
}

/** The version of a package, as a file would get it. */
async function versionFrom(file: string, name: string): Promise<string> {
  let folder = dirname(createRequire(file).resolve(name));
  for (;;) {
    const found = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
    const { name: own, version } = JSON.parse(found) as { name?: string; version?: string };
    if (own === name && version !== undefined) return version;
    if (folder === dirname(folder)) throw new Error(`no ${name} for ${file}`);
    folder = dirname(folder);
  }
}
