import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { ArmName } from './arms.js';
import type { SdkVersion } from './packages.js';
import type { WorkloadName } from './workloads.js';

/**
 * Where the CPU of a call goes, in microseconds per call: each function with what it calls of Node itself and of V8 (a hash, a parse, an
 * async context), since the time of those is the caller's doing. A profile costs time itself; it shows proportions. `node bench/overhead/profile.ts [--arm ours] [--workload json] [--calls 5000] [--top 25] [--of ours]`.
 */
const { values } = parseArgs({
  options: {
    arm: { type: 'string', default: 'ours' },
    workload: { type: 'string', default: 'json' },
    calls: { type: 'string', default: '5000' },
    concurrency: { type: 'string', default: '10' },
    sdk: { type: 'string', default: '6' },
    top: { type: 'string', default: '25' },
    /** Only the functions of this group. */
    of: { type: 'string' },
    pin: { type: 'boolean', default: false },
    build: { type: 'string', default: 'packages/instrumentation/dist' },
  },
});
const { startBench } = await import('./measure.js');
const { packagesWith } = await import('./packages.js');

/** The part of a `.cpuprofile` that is read. */
interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly children?: readonly number[];
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

type Node = Profile['nodes'][number];

/** Whose code a frame is; `null` for what Node and V8 do on behalf of their caller. Node's own fetch is code of the host. */
function groupOf({ callFrame: { url, functionName } }: Node): string | null {
  if (/\/instrumentation\/dist\//.test(url) && !url.includes('/.overhead-')) return 'ours';
  if (url.includes('internal/deps/undici')) return 'fetch';
  if (url.includes('/bench/')) return 'bench';
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  return functionName === '(garbage collector)' ? functionName : null;
}

/** By node: the nearest caller, itself included, that is somebody's code. */
function chargedTo(nodes: readonly Node[]): ReadonlyMap<number, { readonly group: string; readonly node: Node }> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const charged = new Map<number, { readonly group: string; readonly node: Node }>();
  const visit = (node: Node, above: { readonly group: string; readonly node: Node }): void => {
    const group = groupOf(node);
    const at = group === null ? above : { group, node };
    charged.set(node.id, at);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) visit(child, at);
    }
  };
  const [first] = nodes;
  if (first !== undefined) visit(first, { group: 'Node itself', node: first });
  return charged;
}

function addTo(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function print(title: string, sums: ReadonlyMap<string, number>, count: number): void {
  process.stdout.write(`\n${title}\n`);
  const sorted = [...sums].toSorted(([, a], [, b]) => b - a).slice(0, count);
  for (const [key, value] of sorted) process.stdout.write(`${value.toFixed(2).padStart(9)}  ${key}\n`);
}

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'understudy-profile-'));
const calls = Number(values.calls);
try {
  using packages = packagesWith(values.sdk as SdkVersion);
  await using bench = await startBench(values.pin);
  const file = join(folder, 'calls.cpuprofile');
  await bench.measure({
    arm: values.arm as ArmName,
    workload: values.workload as WorkloadName,
    calls,
    concurrency: Number(values.concurrency),
    packages: packages.folder,
    build: isAbsolute(values.build) ? values.build : join(root, values.build),
    profile: file,
  });
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const charged = chargedTo(profile.nodes);
  const idle = new Set(
    profile.nodes.filter(({ callFrame }) => callFrame.functionName === '(idle)').map(({ id }) => id),
  );
  const groups = new Map<string, number>();
  const functions = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const charge = charged.get(id);
    if (charge === undefined || idle.has(id)) continue;
    const { group, node } = charge;
    const perCall = (profile.timeDeltas[index] ?? 0) / calls;
    addTo(groups, group, perCall);
    if (values.of !== undefined && values.of !== group) continue;
    const { functionName, url, lineNumber } = node.callFrame;
    const place = url === '' ? '' : `  ${url.split('/').slice(-2).join('/')}:${lineNumber + 1}`;
    addTo(functions, `${group}  ${functionName || '(anonymous)'}${place}`, perCall);
  }
  print('by package', groups, 14);
  print('by function', functions, Number(values.top));
} finally {
  rmSync(folder, { recursive: true });
}
