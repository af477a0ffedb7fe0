import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { format } from 'node:util';
import { describeValue } from './describe-value.js';
import { SDKS } from './sdks.js';
import { watch, type Mode, type Watched } from './watch.js';
import { legsOf, spansOf, type Sdk, type Tools, type Way } from './way.js';

/** What one way of calling did, as plain data. */
export interface Observation {
  readonly way: string;
  readonly result: unknown;
  readonly notes: readonly unknown[];
  /** Warnings, what was written to the console, and whatever reached the process. */
  readonly process: readonly string[];
  /** How the exchanges had ended for the provider when the way was over, before its process was. */
  readonly endings: unknown;
  readonly watched: Watched;
}

// Run as: node --import ./source-modules.mjs run-ways.ts LABEL MODE ORIGIN REFUSED
const [label, mode, origin, refused] = process.argv.slice(2) as [string, Mode, string, string];
const noticed: string[] = [];
for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const)
  console[method] = (...args: unknown[]) =>
    void noticed.push(
      `console.${method} ${format(...args)
        .replace(`(node:${process.pid})`, '(node)')
        .slice(0, 500)}`,
    );

const watcher = watch(mode);
const sdk = SDKS.find((known) => known.label === label) as Sdk;
const kitOf = await sdk.load();
// Only now: what fails before is ours, and ends the process.
process.on('warning', (warning) => noticed.push(`warning ${warning.name}: ${warning.message}`));
process.on('unhandledRejection', (reason) => noticed.push(`unhandledRejection ${String(reason)}`));
process.on('uncaughtException', (error) => noticed.push(`uncaughtException ${String(error)}`));

/** Asked over node:http, which nothing of ours looks at. */
function endingsOf(prefix: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    get(`${origin}${prefix}endings`, (response) => resolve(text(response).then(JSON.parse))).on('error', reject);
  });
}

async function observe(way: Way, index: number): Promise<Observation> {
  const notes: unknown[] = [];
  const prefix = `/${mode.slice(0, 1)}/${index}/`;
  const tools: Tools = {
    base: way.behaviour === 'refused' ? refused : `${origin}${prefix}${way.behaviour}`,
    note: (value) => void notes.push(describeValue(value)),
    sleep,
  };
  const result = await watcher.within(async () => {
    try {
      return { returned: describeValue(await way.run(Object.assign({ ...tools }, kitOf(tools)))) };
    } catch (error) {
      return { threw: describeValue(error) };
    }
  });
  const watched = await watcher.settled({ legs: legsOf(way, sdk).length, spans: spansOf(way, sdk) });
  const endings = await endingsOf(prefix);
  const observation = { way: way.name, result, notes, process: noticed.splice(0), endings, watched };
  // Where it was asked tells the modes apart.
  return JSON.parse(JSON.stringify(observation).replaceAll(`${origin}${prefix}`, 'http://provider/')) as Observation;
}

try {
  const observations: Observation[] = [];
  for (const [index, way] of sdk.ways.entries()) observations.push(await observe(way, index));
  process.stdout.write(JSON.stringify(observations), () => process.exit(0));
} catch (error) {
  process.stderr.write(format(error), () => process.exit(1));
}
