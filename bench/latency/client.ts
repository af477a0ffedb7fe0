import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { UnderstudyInstrumentation } from '@understudy/instrumentation';
import type { ProviderSettings } from '../load/provider.js';
import type { Counts } from './counts.js';
import type { Arm, Measured } from './recorder.js';

/** A service of one kind of call, and how it is measured under each fault there will be around it. */
export interface Task {
  readonly primaryUrl: string;
  readonly candidateUrl: string;
  readonly collectorUrl: string;
  readonly queueUrl: string;
  /** From the start: no run is announced, and nothing waits for it. */
  readonly isQueueDown: boolean;
  readonly stream: boolean;
  readonly promptChars: number;
  readonly rate: number;
  readonly settings: ProviderSettings;
  /** Calls under way at a time: one is started whenever such a part of the time that one takes is over. */
  readonly concurrency: number;
  /** Length of a block, in milliseconds, and calls that each arm has at least. */
  readonly blockMs: number;
  readonly calls: number;
  /** Blocks that the process has at most to become warm in. */
  readonly warmBlocks: number;
  /** What the third arm has. */
  readonly third: Third;
  /** Folder of the build of ours. */
  readonly build: string;
  /** Where to write a profile of what is measured, of all that was allocated if it is a `.heapprofile`; it makes it slower. */
  readonly profile?: string;
}

/** Ours; nothing, as the others; or {@link byHand}. */
export type Third = 'ours' | 'nothing' | 'by hand';

export interface Measurement {
  readonly arms: Readonly<Record<Arm, Measured>>;
  /**
   * In MiB: with everything loaded and warm, before the first fault, and the most since then, in whichever round and under whichever
   * fault; whether it was steady before.
   */
  readonly rss: { readonly warm: number; readonly most: number; readonly isSteady: boolean };
  /** Since a moment before the fault. */
  readonly counts: Counts;
  /** In all of the process's life. */
  readonly rejections: number;
  /** Rounds of which the machine was not there for a part ({@link STOLEN}): those that do not count, and those that do all the same. */
  readonly stolen: { readonly setAside: number; readonly kept: number };
}

/**
 * What the process is told, one after the other; each is answered when it is done, `measure` with a {@link Measurement}. `rest`: nothing
 * is wrong any more, and what the fault left is to be gone before the next one.
 */
export type Step = 'rest' | 'measure';

/** Shadows of calls that were answered end in this time, so that the next block is not charged for them, in milliseconds. */
const SETTLE_MS = 300;
/** A process has its size when so many great collections, and two rounds of blocks, found it within so many MiB. */
const WARM_COLLECTIONS = 3;
const STEADY_MIB = 4;
/** Share of all processors that a hypervisor gave to others in a block: all arms' blocks of such a round are measured anew. */
const STOLEN = 0.01;
/** Rounds that may be set aside beyond those that are kept. */
const MOST_SET_ASIDE = 5;

const { answerTo, questionOf, requestBody } = await import('../load/wire.js');
const { fractions } = await import('../../packages/evaluator/src/stats/mulberry32.js');
const { byHand } = await import('./by-hand.js');
const { countsOf, since } = await import('./counts.js');
const { startProfile } = await import('./profile.js');
const { ARMS, Block, Recorder } = await import('./recorder.js');
const { watchStolen } = await import('./stolen.js');
const { startTelemetry } = await import('../load/telemetry.js');

const residentMiB = (): number => process.memoryUsage.rss() / 1024 ** 2;

/** Whether the last `count` of some sizes, in MiB, are there and as good as one. */
function isSteady(sizes: readonly number[], count: number): boolean {
  const last = sizes.slice(-count);
  return last.length === count && Math.max(...last) - Math.min(...last) < STEADY_MIB;
}

/**
 * Starts a call at every interval, whatever became of those before: callers that wait for an answer before they ask again are herded
 * together by the first pause of the process, and wait for each other ever after.
 */
async function paced(forMs: number, everyMs: number, call: () => Promise<void>): Promise<void> {
  const calls: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let elapsed = 0; elapsed < forMs; elapsed = performance.now() - startedAt) {
    while (calls.length * everyMs <= elapsed) calls.push(call());
    await sleep(1);
  }
  await Promise.all(calls);
}

async function startOurs(task: Task): Promise<UnderstudyInstrumentation | null> {
  if (task.third !== 'ours') return null;
  const module = (await import(`${task.build}/index.js`)) as {
    UnderstudyInstrumentation: typeof UnderstudyInstrumentation;
  };
  return new module.UnderstudyInstrumentation({
    environment: {},
    queueUrl: task.queueUrl,
    experiments: [
      {
        name: 'latency',
        candidate: { model: 'gpt-5-mini', baseUrl: task.candidateUrl },
        sample: { rate: task.rate },
        noise: { rate: 0 },
        // The faults of a provider are to be felt; the host's event loop is spared as everywhere.
        governor: { pauseMs: 0 },
        policy: { gates: { errors: {} } },
      },
    ],
  });
}

// It has the priority of the whole machine: not to be left behind by one that was stopped.
process.once('disconnect', () => process.exit(1));
const task = JSON.parse(process.argv[2] ?? '') as Task;
const { concurrency, blockMs, stream, settings, promptChars } = task;
const understudy = await startOurs(task);
const telemetry = startTelemetry(task.collectorUrl, understudy);
let rejections = 0;
process.on('unhandledRejection', () => (rejections += 1));
process.on('uncaughtException', () => (rejections += 1));

const url = `${task.primaryUrl}/chat/completions`;
const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-latency' };
const beginByHand = task.third === 'by hand' ? byHand(new URL(url)) : null;
let begin: typeof beginByHand = null;
let number = 0;

async function call(into: InstanceType<typeof Block>): Promise<void> {
  number += 1;
  const mine = number;
  const body = requestBody(questionOf(mine, promptChars), stream);
  const startedAt = performance.now();
  const end = begin?.();
  const response = await fetch(url, { method: 'POST', headers, body });
  let text: string;
  if (stream && response.body !== null) {
    const decoder = new TextDecoder();
    text = '';
    let first = 0;
    for await (const chunk of response.body) {
      if (first === 0) first = performance.now();
      text += decoder.decode(chunk as Uint8Array, { stream: true });
    }
    into.firstChunks.push(first - startedAt);
  } else text = await response.text();
  end?.(text);
  into.durations.push(performance.now() - startedAt);
  if (!text.includes(stream ? `Answer ${mine}:` : answerTo(String(mine), settings))) into.wrong += 1;
}

async function block(arm: Arm, { loop } = new Recorder()): Promise<InstanceType<typeof Block>> {
  const into = new Block();
  if (arm === 'ours') {
    understudy?.enable();
    begin = beginByHand;
  }
  const stolenUntilNow = watchStolen();
  loop.enable();
  const before = process.cpuUsage();
  const pauses = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) into.collecting += duration * 1000;
  });
  pauses.observe({ entryTypes: ['gc'] });
  const callMs = settings.delayMs + (stream ? settings.pieces * settings.pieceMs : 0);
  await paced(blockMs, callMs / concurrency, () => call(into));
  loop.disable();
  understudy?.disable();
  begin = null;
  await sleep(SETTLE_MS);
  pauses.disconnect();
  const { user, system } = process.cpuUsage(before);
  into.cpu = user + system;
  into.stolen = stolenUntilNow();
  return into;
}

/** Until the process has its size: the heap grows up to a great collection, with or without us, and the first come before it is full. */
async function warmUp(): Promise<{ readonly isSteady: boolean }> {
  const afterBlock: number[] = [];
  const atCollection: number[] = [];
  const majors = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as typeof entry & { readonly detail: { readonly kind?: number } }).detail;
      if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) atCollection.push(residentMiB());
    }
  });
  majors.observe({ entryTypes: ['gc'] });
  const isWarm = (): boolean => isSteady(afterBlock, 2 * ARMS.length + 1) && isSteady(atCollection, WARM_COLLECTIONS);
  while (!isWarm() && afterBlock.length < task.warmBlocks) {
    await block(ARMS[afterBlock.length % ARMS.length] ?? 'ours');
    afterBlock.push(residentMiB());
  }
  majors.disconnect();
  return { isSteady: isWarm() };
}

async function measure(rss: Measurement['rss'], before: Counts): Promise<Measurement> {
  // What the fault does at once, and what came before it ended in it, is nobody's.
  await block('ours');
  const endProfile = task.profile === undefined ? null : await startProfile(task.profile);
  const recorders = { one: new Recorder(), other: new Recorder(), ours: new Recorder() };
  const stolen = { setAside: 0, kept: 0 };
  while (ARMS.some((arm) => recorders[arm].calls < task.calls)) {
    // Drawn: the great collections of V8 have a period, too, and in an order that returns they keep falling into the same arm.
    const drawn = ARMS.map((arm) => ({ arm, at: random() })).toSorted((a, b) => a.at - b.at);
    const round: { readonly arm: Arm; readonly measured: InstanceType<typeof Block> }[] = [];
    for (const { arm } of drawn) {
      const measured = await block(arm, recorders[arm]);
      recorders[arm].wrong += measured.wrong;
      round.push({ arm, measured });
    }
    const isStolen = round.some(({ measured }) => measured.stolen > STOLEN);
    // A machine that is hardly ever left alone is measured as it is, and that is said.
    if (isStolen && stolen.setAside < recorders.ours.blocks.length + MOST_SET_ASIDE) {
      stolen.setAside += 1;
      continue;
    }
    if (isStolen) stolen.kept += 1;
    for (const { arm, measured } of round) recorders[arm].blocks.push(measured);
  }
  await endProfile?.();
  return {
    arms: { one: recorders.one.measured(), other: recorders.other.measured(), ours: recorders.ours.measured() },
    rss: { ...rss, most },
    counts: since(before, await countsOf(telemetry)),
    rejections,
    stolen,
  };
}

understudy?.disable();
const deadline = performance.now() + 20_000;
while (understudy !== null && !task.isQueueDown && !understudy.announced) {
  if (performance.now() > deadline) throw new Error('the queue did not acknowledge the run');
  await sleep(20);
}
const random = fractions(task.calls);
const { isSteady: wasSteady } = await warmUp();
const warm = residentMiB();
let most = warm;
setInterval(() => (most = Math.max(most, residentMiB())), 100).unref();
let before = await countsOf(telemetry);

async function take(step: Step): Promise<Measurement | Step> {
  if (step === 'measure') return measure({ warm, most, isSteady: wasSteady }, before);
  for (const arm of ARMS) await block(arm);
  before = await countsOf(telemetry);
  return step;
}

process.on('message', (step: Step) => {
  const failed = (error: unknown): never => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  };
  take(step).then((taken) => process.send?.(taken), failed);
});
process.send?.('warm');
