import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { metrics, trace } from '@opentelemetry/api';
import { createCapture } from '../../packages/instrumentation/src/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { globalTap } from '../../packages/instrumentation/src/tap/global-tap.js';
import type { Call } from '../../packages/instrumentation/src/capture/call.js';
import type { Leg } from '../../packages/instrumentation/src/trial/trial.js';

// What the tap could leave behind in a process. Run as: node --expose-gc --import ./source-modules.mjs residue.ts CHECK ORIGIN
const [check, origin] = process.argv.slice(2) as [string, string];
const collect = (globalThis as unknown as { gc: () => void }).gc;
const calls: WeakRef<Call>[] = [];
const legs: Leg[] = [];
const tap = globalTap(
  createCapture({
    dialects: DIALECTS,
    tracer: () => trace.getTracer('residue'),
    meter: () => metrics.getMeter('residue'),
    listener(call) {
      call.keepAnswer();
      calls.push(new WeakRef(call));
      call.onOutcome((leg) => legs.push(leg));
    },
  }),
);
tap.install();

function call(behaviour: string): Promise<Response> {
  const body = JSON.stringify({ model: 'gpt-5', messages: [], stream: true });
  return fetch(`${origin}/x/${behaviour}/v1/chat/completions`, { method: 'POST', body });
}

/** Collects until something is true, for a bounded time. */
async function eventually(holds: () => boolean): Promise<boolean> {
  for (let round = 0; round < 100 && !holds(); round += 1) {
    await sleep(10);
    collect();
  }
  return holds();
}

const CHECKS: Record<string, () => Promise<unknown>> = {
  /** Calls that are over are let go, even while their responses are held. */
  async 'calls are let go'() {
    const responses: Response[] = [];
    for (let index = 0; index < 20; index += 1) {
      const response = await call('plain');
      await response.text();
      responses.push(response);
    }
    const gone = await eventually(() => calls.filter((held) => held.deref() !== undefined).length <= 1);
    return [gone, responses.length, legs.filter((leg) => leg.status === 'ok').length];
  },
  /** A response nobody wants is collected long before our deadline, and its call is then over. */
  async 'unread responses are collected'() {
    const held: WeakRef<Response>[] = [];
    for (let index = 0; index < 5; index += 1) held.push(new WeakRef(await call('slow')));
    const gone = await eventually(
      () => held.filter((response) => response.deref() !== undefined).length <= 1 && legs.length >= 4,
    );
    return [gone, new Set(legs.map((leg) => leg.status))].map((value) => (value instanceof Set ? [...value] : value));
  },
  /** The host's own context is there after fetch, in the loop, and after it; ours is not. */
  async 'contexts are kept'() {
    const storage = new AsyncLocalStorage<string>();
    return storage.run('mine', async () => {
      const seen: unknown[] = [];
      const response = await call('plain');
      seen.push(storage.getStore());
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
        if (chunk.length > 0) seen.push(storage.getStore());
      const before = calls.length;
      await (await call('plain')).text();
      return [new Set(seen).size, seen[0], calls.length - before];
    });
  },
  /** An open deadline does not keep the process. */
  async 'the process may end'() {
    tap.uninstall();
    const endless = new Response(new ReadableStream({ type: 'bytes' }));
    globalThis.fetch = async () => endless;
    tap.install();
    await call('plain');
    return 'left to end by itself';
  },
};

process.stdout.write(JSON.stringify(await CHECKS[check]?.()));
