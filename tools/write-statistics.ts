/** `npm run docs:statistics`: runs the statistics suite and writes what it found of each rule to docs/statistics.md. */
import { spawnSync } from 'node:child_process';

const args = ['run', '--config', 'vitest.statistics.config.ts'];
const env = { ...process.env, UNDERSTUDY_STATISTICS: 'write' };
const { status } = spawnSync('vitest', args, { stdio: 'inherit', env, shell: process.platform === 'win32' });
process.exitCode = status ?? 1;
