import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { lineOf, trialOf } from '../../test/replay/trials.js';

const CLI = fileURLToPath(new URL('../../packages/evaluator/bin/understudy.js', import.meta.url));
/** Says at the end how much memory the process has held at most. */
const TELL =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("held "+process.resourceUsage().maxRSS+" end"))';
const LINES_A_WRITE = 500;

export interface ReplayCost {
  readonly lines: number;
  readonly seconds: number;
  /** The most the whole process has held, in MB. */
  readonly megabytes: number;
}

/** As little as it gets along with: what the collector lets lie is then no part of what is held. */
const SMALL_HEAP = ['--max-old-space-size=128', '--max-semi-space-size=4'];

/** `understudy replay -` of so many calls, each of a cluster of its own. */
export async function replayCost(lines: number, heap: 'as it is' | 'small'): Promise<ReplayCost> {
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [...(heap === 'small' ? SMALL_HEAP : []), '--import', TELL, CLI, 'replay', '-', '--json'],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-10_000)));
  const ended = once(child, 'exit');
  for (let at = 0; at < lines; at += LINES_A_WRITE) {
    const some = Array.from({ length: Math.min(LINES_A_WRITE, lines - at) }, (_, index) =>
      lineOf(trialOf({ at: at + index, run: '0123456789abcdef' })),
    );
    if (!child.stdin.write(some.join(''))) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  await finished(child.stdin);
  await ended;
  const [, held] = /held (\d+) end/.exec(said) ?? [];
  if (held === undefined) throw new Error(`a replay of ${lines} lines said ${said}`);
  return { lines, seconds: (performance.now() - started) / 1000, megabytes: Number(held) / 1024 };
}
