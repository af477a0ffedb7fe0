import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Runs the suite of redis.test.ts where no redis-server is on the PATH. */
function runWithoutRedis(environment: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/servers/redis.test.ts'];
  const env = { PATH: '/nowhere', HOME: process.env['HOME'], NO_COLOR: '1', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('a suite whose server is not on the machine', () => {
  it('is left out and named at the end', () => {
    const { status, output } = runWithoutRedis({});
    expect(output).toContain(
      '\nNOT TRIED: a redis-server for tests: redis-server not found (apt-get install redis-server)\n',
    );
    expect(status).toBe(0);
  });

  it('fails where the server is required', () => {
    const { status, output } = runWithoutRedis({ UNDERSTUDY_REQUIRE: 'redis,postgres' });
    expect(output).toContain('redis-server not found (apt-get install redis-server)');
    expect(status).toBe(1);
  });
});
