import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Control, ExperimentInput } from '@understudy/instrumentation/experiment';
import { controlId } from '@understudy/instrumentation/experiment';
import { openStore } from '../../packages/evaluator/src/queue/store.js';
import { withSettings } from '../../packages/evaluator/src/queue/settings.js';

/** One request that the model got: whose, and whether as a shadow; `at` in epoch ms. */
interface Asked {
  readonly service: string;
  readonly shadow: boolean;
  readonly at: number;
}

/** A model that answers at once and remembers who has asked. */
export interface Model extends AsyncDisposable {
  readonly origin: string;
  readonly asked: readonly Asked[];
}

export async function startModel(): Promise<Model> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { model } = JSON.parse(Buffer.concat(parts).toString('utf8')) as { model: string };
      const service = request.url?.split('/')[1] ?? '';
      asked.push({ service, shadow: model === 'candidate', at: Date.now() });
      const message = { role: 'assistant', content: 'Yes.' };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ model, choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** All calls of a model named `incumbent` are compared; slices close soon. */
export function followedExperiment(change: Partial<ExperimentInput> = {}): ExperimentInput {
  return {
    name: 'followed',
    candidate: { model: 'candidate' },
    match: { model: 'incumbent' },
    sample: { rate: 1 },
    noise: { rate: 0 },
    piMin: 0.2,
    content: 'full',
    policy: { minPairs: 20, gates: { errors: { margin: 0.1 } } },
    slice: { lengthMs: 1000, deadlineMs: 8000 },
    shadow: { timeoutMs: 4000, requireRecording: false },
    control: { offAfterMs: 5000 },
    // The machine is loaded by other tests, and a pause would look like a switch.
    governor: { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1 },
    ...change,
  };
}

/** A service in a process of its own. */
export interface LiveService {
  readonly name: string;
  /** Resolves when it may admit calls. */
  readonly announced: Promise<void>;
  /** All it has been told through diag. */
  log(): string;
  /** Ends it in an orderly way. */
  stop(): Promise<void>;
  kill(): void;
}

export function startLiveService(
  name: string,
  model: Model,
  queueUrl: string,
  experiment: ExperimentInput,
): LiveService {
  const script = new URL('./live-service.ts', import.meta.url);
  const args = [name, model.origin, queueUrl, JSON.stringify(experiment)];
  const child: ChildProcess = fork(script, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (log += data.toString('utf8')));
  const announced = once(child, 'message').then(() => undefined);
  announced.catch(() => undefined);
  return {
    name,
    announced,
    log: () => log,
    kill: () => void child.kill('SIGKILL'),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Sets what people would set. Gives the moment at which it is set, in epoch ms. */
export async function set(url: string, control: Omit<Control, 'v' | 'setAt'>): Promise<number> {
  const store = await openStore(url, { queue: false });
  try {
    return await withSettings(store, async (settings) => {
      await settings.write(controlId('followed'), { v: 1, setAt: Date.now(), ...control });
      return Date.now();
    });
  } finally {
    await store.close();
  }
}

const MOST_MS = 40_000;
/** Without a shadow for so long, a service that asks twenty questions a second is off. */
const QUIET_MS = 1200;

/** Waits until each service has stopped to shadow, though it asks, and gives the ms after `since` of the last shadow of all. */
export async function untilQuiet(model: Model, services: readonly LiveService[], since: number): Promise<number> {
  const last = (name: string): number => model.asked.findLast((one) => one.shadow && one.service === name)?.at ?? since;
  await eventually('every service is off', () =>
    services.every(({ name }) => {
      const from = Math.max(last(name), since);
      const asks = model.asked.filter((one) => one.service === name && !one.shadow && one.at > from).length;
      return asks >= 10 && Date.now() - from > QUIET_MS;
    }),
  );
  return Math.max(0, ...services.map(({ name }) => last(name) - since));
}

/** Waits until each service shadows, and gives the ms after `since` at which the last of them began. */
export async function untilShadowed(model: Model, services: readonly LiveService[], since: number): Promise<number> {
  const first = (name: string): number | undefined =>
    model.asked.find((one) => one.shadow && one.service === name && one.at > since)?.at;
  await eventually('every service shadows', () => services.every(({ name }) => first(name) !== undefined));
  return Math.max(...services.map(({ name }) => (first(name) ?? since) - since));
}

export async function eventually(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + MOST_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${MOST_MS} ms`);
    await sleep(50);
  }
}
