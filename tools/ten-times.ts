/**
 * Runs an npm script so many times in a row, a line each, and stops at the first failure with what it printed:
 * `node tools/ten-times.ts test:backends [TIMES]`. A test that passes nine times of ten is a test that fails.
 */
import { spawnSync } from 'node:child_process';

const [script = '', times = '10'] = process.argv.slice(2);
const started = performance.now();
for (let run = 1; run <= Number(times); run += 1) {
  const from = performance.now();
  const { status, stdout, stderr } = spawnSync('npm', ['run', script], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const tests = /^\s*Tests\s+(.*)$/m.exec(stripped(stdout))?.[1] ?? 'no tests';
  console.log(`${run} of ${times}: ${status === 0 ? 'ok' : 'FAILED'}, ${tests.trim()}, ${seconds(from)}`);
  if (status !== 0) {
    console.log(`${stdout}\n${stderr}`);
    process.exit(1);
  }
}
console.log(`${script}: ${times} times in a row, ${seconds(started)}`);

function seconds(since: number): string {
  return `${Math.round((performance.now() - since) / 1000)} s`;
}

function stripped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the colours of a terminal
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
