import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { ArmName } from './arms.js';
import type { Measurement } from './client.js';
import type { SdkVersion } from './packages.js';
import type { WorkloadName } from './workloads.js';

/**
 * What instrumentations add to the CPU of a call through the openai SDK: fresh processes, interleaved, so that a slow minute of the
 * machine slows all alike. Needs redis-server; run after a build:
 *
 *     node bench/overhead/run.ts [--rounds 7] [--calls 2000] [--sdk 6] [--arms bare,ours,otel] [--workloads json,stream] [--pin]
 *     node bench/overhead/run.ts --check              spans per call of each arm on openai 5, 6 and 7
 *     node bench/overhead/run.ts --against DIR        ours beside another build of it
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    calls: { type: 'string', default: '2000' },
    concurrency: { type: 'string', default: '10' },
    sdk: { type: 'string', default: '6' },
    arms: { type: 'string' },
    workloads: { type: 'string' },
    pin: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    against: { type: 'string' },
    build: { type: 'string', default: 'packages/instrumentation/dist' },
  },
});
const { ARMS } = await import('./arms.js');
const { startBench } = await import('./measure.js');
const { packagesWith, SDKS } = await import('./packages.js');
const { median, quantile } = await import('./statistics.js');
const { WORKLOADS } = await import('./workloads.js');

const root = join(import.meta.dirname, '../..');
const build = absolute(values.build);
const concurrency = Number(values.concurrency);
const arms = (values.arms?.split(',') ?? Object.keys(ARMS)) as ArmName[];
const workloads = (values.workloads?.split(',') ?? Object.keys(WORKLOADS)) as WorkloadName[];

function absolute(folder: string): string {
  return isAbsolute(folder) ? folder : join(root, folder);
}

function print(...cells: readonly string[]): void {
  process.stdout.write(`| ${cells.join(' | ')} |\n`);
}

/** Shadows per call are drawn: four standard deviations of a tenth of 400 calls. */
const DRAWN_WITHIN = 0.06;

/** A comparison with something that did not do its work is none. */
function fault(arm: ArmName, { spans, shadows }: Measurement): string | null {
  const expected = ARMS[arm];
  if (spans !== expected.spans) return `${spans} spans a call`;
  const close = Math.abs(shadows - expected.shadows) <= (expected.shadows === 0 ? 0 : DRAWN_WITHIN);
  return close ? null : `${shadows} shadows a call`;
}

async function check(): Promise<void> {
  await using bench = await startBench(values.pin);
  print('spans a call', ...Object.values(WORKLOADS).map(({ title }) => title));
  print('---', ...Object.keys(WORKLOADS).map(() => '---:'));
  for (const sdk of Object.keys(SDKS) as SdkVersion[]) {
    using packages = packagesWith(sdk);
    for (const arm of arms) {
      const cells: string[] = [];
      for (const workload of Object.keys(WORKLOADS) as WorkloadName[]) {
        const task = { arm, workload, calls: 100, concurrency, packages: packages.folder, build };
        const { spans, shadows } = await bench.measure(task);
        cells.push(shadows === 0 ? String(spans) : `${spans} + ${shadows} of shadows`);
      }
      print(`openai ${packages.version}, ${ARMS[arm].title}`, ...cells);
    }
  }
}

/** One column of a round: an arm, with a build of ours. */
interface Entry {
  readonly arm: ArmName;
  readonly title: string;
  readonly build: string;
  readonly cpu: number[];
  fault: string | null;
}

function entries(): readonly Entry[] {
  return arms.flatMap((arm): Entry[] => {
    const entry = (title: string, from: string): Entry => ({ arm, title, build: from, cpu: [], fault: null });
    const one = entry(ARMS[arm].title, build);
    if (values.against === undefined || !arm.startsWith('ours')) return [one];
    return [one, entry(`${ARMS[arm].title}, other build`, absolute(values.against))];
  });
}

async function compare(): Promise<void> {
  using packages = packagesWith(values.sdk as SdkVersion);
  await using bench = await startBench(values.pin);
  const { rounds, calls } = values;
  process.stdout.write(
    `openai ${packages.version}, Node ${process.version}: CPU of the client's process per call, in microseconds. Medians (and quartiles) of ${rounds} fresh, interleaved processes, ${calls} calls each (streams: a fifth), ${concurrency} at a time, after as many to warm up. Added: the median difference to the bare process of the same round.\n\n`,
  );
  print('workload', 'arm', 'CPU', 'quartiles', 'to bare', 'added', 'added, of OTel');
  print('---', '---', '---:', '---:', '---:', '---:', '---:');
  for (const workload of workloads) {
    const { title, share } = WORKLOADS[workload];
    const all = entries();
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const entry of all) {
        const task = { arm: entry.arm, workload, calls: Number(calls) * share, concurrency, packages: packages.folder };
        const measurement = await bench.measure({ ...task, build: entry.build });
        entry.cpu.push(measurement.cpu);
        entry.fault ??= fault(entry.arm, measurement);
      }
    }
    const bare = all.find(({ arm }) => arm === 'bare')?.cpu ?? [];
    const added = ({ cpu }: Entry): number => median(cpu.map((value, round) => value - (bare[round] ?? Number.NaN)));
    const otel = all.find(({ arm }) => arm === 'otel');
    for (const entry of all) {
      const [low, middle, high] = [0.25, 0.5, 0.75].map((q) => quantile(entry.cpu, q)) as [number, number, number];
      const isBare = entry.arm === 'bare';
      print(
        title,
        entry.fault === null ? entry.title : `${entry.title}: VOID, ${entry.fault}`,
        middle.toFixed(0),
        `${low.toFixed(0)}..${high.toFixed(0)}`,
        `x${(middle / median(bare)).toFixed(2)}`,
        isBare ? '' : added(entry).toFixed(1),
        isBare || otel === undefined ? '' : `x${(added(entry) / added(otel)).toFixed(2)}`,
      );
    }
  }
}

await (values.check ? check() : compare());
