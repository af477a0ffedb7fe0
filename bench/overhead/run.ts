import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';

/**
 * CPU per call of the client process, bare against ours: medians of fresh processes, interleaved so that a slow minute of the
 * machine slows all alike. Run after a build: `node bench/overhead/run.ts [--rounds 5] [--calls 3000]`.
 */
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, calls: { type: 'string', default: '3000' } },
});
/** A stream costs several calls of the others; it is asked for a fifth as often. */
const WORKLOADS = {
  json: { title: 'small JSON', share: 1 },
  prompt: { title: '31 KB prompt', share: 1 },
  stream: { title: 'SSE, 200 chunks', share: 0.2 },
} as const;
const MODES = {
  bare: 'bare',
  by_hand: 'a span made by hand',
  tapped: 'span and numbers',
  sampled: 'and the answer kept',
} as const;
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const run = promisify(execFile);

const provider = fork(here('provider.ts'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
const [data] = (await once(provider.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
const port = data.toString().trim();

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

process.stdout.write(
  `CPU per call in microseconds; medians of ${values.rounds} interleaved processes, ${values.calls} calls each (streams: a fifth) after as many to warm up\n`,
);
for (const [workload, { title, share }] of Object.entries(WORKLOADS)) {
  const measured = new Map<string, number[]>(Object.keys(MODES).map((mode) => [mode, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const mode of Object.keys(MODES)) {
      const { stdout } = await run(process.execPath, [
        here('client.ts'),
        mode,
        workload,
        port,
        String(Number(values.calls) * share),
      ]);
      measured.get(mode)?.push(Number(stdout));
    }
  }
  const bare = median((measured.get('bare') ?? []).toSorted((a, b) => a - b));
  for (const [mode, label] of Object.entries(MODES)) {
    const sorted = (measured.get(mode) ?? []).toSorted((a, b) => a - b);
    const value = median(sorted);
    const spread = `${sorted[0]?.toFixed(0)}..${sorted.at(-1)?.toFixed(0)}`;
    const line = [
      title.padEnd(18),
      label.padEnd(24),
      value.toFixed(0).padStart(6),
      `x${(value / bare).toFixed(2)}`,
      `(${spread})`,
    ];
    process.stdout.write(`${line.join('  ')}\n`);
  }
}
provider.disconnect();
