import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import { describeValue } from './describe-value.js';
import { watch, type Mode, type Watched } from './watch.js';
import { legsOf, type Way } from './way.js';
import { WAYS } from './ways.js';

/** What one way of calling did, as plain data. */
export interface Observation {
  readonly way: string;
  readonly result: unknown;
  readonly notes: readonly unknown[];
  /** Listeners left behind, warnings, and whatever reached the process. */
  readonly process: readonly string[];
  readonly watched: Watched;
}

// Run as: node --import ./source-modules.mjs run-ways.ts SDK MODE ORIGIN
const [sdk, mode, origin, refused] = process.argv.slice(2) as [string, Mode, string, string];
const noticed: string[] = [];
process.on('warning', (warning) => noticed.push(`warning ${warning.name}: ${warning.message}`));
process.on('unhandledRejection', (reason) => noticed.push(`unhandledRejection ${String(reason)}`));
process.on('uncaughtException', (error) => noticed.push(`uncaughtException ${String(error)}`));

const watcher = watch(mode);
const module = (await import(sdk)) as { default: typeof OpenAI };

async function observe(way: Way, index: number): Promise<Observation> {
  const notes: unknown[] = [];
  const base = way.behaviour === 'refused' ? refused : `${origin}/${mode.slice(0, 1)}/${index}/${way.behaviour}`;
  const client = (options?: ClientOptions): OpenAI =>
    new module.default({ baseURL: `${base}/v1`, apiKey: 'sk-test', maxRetries: 0, ...options });
  const note = (value: unknown): void => {
    notes.push(describeValue(value));
  };
  const outcome = await watcher.within(way.name, async () => {
    try {
      return { returned: describeValue(await way.run({ client, note, sleep })) };
    } catch (error) {
      return { threw: describeValue(error) };
    }
  });
  const watched = await watcher.settled(legsOf(way, sdk).length);
  return { way: way.name, result: outcome, notes, process: noticed.splice(0), watched };
}

const observations: Observation[] = [];
for (const [index, way] of WAYS.entries()) observations.push(await observe(way, index));
process.stdout.write(JSON.stringify(observations), () => process.exit(0));
