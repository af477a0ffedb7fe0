import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startProvider, type Seen } from '../providers/provider.js';
import type { Observation } from './run-ways.js';
import type { Mode } from './watch.js';
import type { Sdk } from './way.js';

export const MODES: readonly Mode[] = ['bare', 'tapped', 'sampled'];

/** What the provider saw of a request, without what tells the modes apart. How it ended is in the observation: here the process is over. */
export type Upstream = Pick<Seen, 'method' | 'path' | 'headers' | 'body'>;

/** One way in one mode. */
export interface Run {
  readonly observed: Observation | undefined;
  readonly upstream: readonly Upstream[];
}

/** Every way of one SDK in every mode. */
export interface SdkRuns {
  of(mode: Mode, way: number): Run;
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const waiting: (() => void)[] = [];
/** Processes mostly wait for timers of the ways: two of them keep a core busy. */
let free = 2 * availableParallelism();

/** Runs something when there is a core for it. */
async function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
  if (free > 0) free -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await run();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }
}

/** Every way of one SDK, in a process of its own whose fetch nobody else has touched. */
function runWays(sdk: Sdk, mode: Mode, origin: string, refused: string): Promise<Observation[]> {
  return new Promise((resolve, reject) => {
    const args = ['--import', here('source-modules.mjs'), here('run-ways.ts'), sdk.label, mode, origin, refused];
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 }, (error, stdout, stderr) => {
      if (error !== null) reject(new Error(`${sdk.label} ${mode}: ${error.message}\n${stderr}`));
      else resolve(JSON.parse(stdout) as Observation[]);
    });
  });
}

/** Runs an SDK in every mode, each in a fresh process, all against one provider. */
export async function runSdk(sdk: Sdk): Promise<SdkRuns> {
  const gone = await startProvider();
  await gone.close();
  const provider = await startProvider();
  try {
    const runs = new Map(
      await Promise.all(
        MODES.map(async (mode) => {
          const observed = await inTurn(() => runWays(sdk, mode, provider.origin, gone.origin));
          return [mode, observed] as const;
        }),
      ),
    );
    return {
      of: (mode, index) => ({ observed: runs.get(mode)?.[index], upstream: seenBy(provider.seen, mode, index) }),
    };
  } finally {
    await provider.close();
  }
}

function seenBy(seen: readonly Seen[], mode: Mode, index: number): readonly Upstream[] {
  // One letter for a mode: the length of a request must not tell it.
  const prefix = `/${mode.slice(0, 1)}/${index}/`;
  return seen
    .filter(({ path }) => path.startsWith(prefix))
    .map(({ method, path, headers, body }) => ({ method, path: path.slice(prefix.length), headers, body }));
}
