import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';

// What we do to the engine that the host runs on. Run as: node --allow-natives-syntax --import ./source-modules.mjs engine.ts CHECK [ORIGIN QUEUE]
const [check = '', origin = '', queueUrl = ''] = process.argv.slice(2);
// V8's own syntax, which is no TypeScript.
const isFast = runInThisContext('(value) => %HasFastProperties(value)') as (value: object) => boolean;

/** Objects are looked up through what inherits from them, and V8 makes them fast by that; primitives never are. */
const PRIMITIVES = { String, Number, Boolean, Symbol, BigInt };

const CHECKS: Record<string, () => Promise<void>> = {
  nothing: () => Promise.resolve(),
  async "the queue's client by itself"() {
    createRequire(new URL('../../packages/instrumentation/src/index.ts', import.meta.url))('ioredis');
  },
  async 'the evaluator'() {
    await import('../../packages/evaluator/src/queue/queues.js');
  },
  async ours() {
    const understudy = new UnderstudyInstrumentation({
      environment: {},
      queueUrl,
      experiments: [
        {
          name: 'engine',
          candidate: { model: 'gpt-5-mini', baseUrl: `${origin}/x/plain/v1` },
          sample: { rate: 1 },
          shadow: { requireRecording: false },
          policy: { gates: { errors: {} } },
        },
      ],
    });
    new NodeSDK({ autoDetectResources: false, spanProcessors: [], instrumentations: [understudy] }).start();
    const deadline = performance.now() + 10_000;
    while (!understudy.announced && performance.now() < deadline) await sleep(10);
    if (!understudy.announced) throw new Error('the queue did not acknowledge the run');
    const body = JSON.stringify({ model: 'gpt-5', messages: [{ role: 'user', content: 'Hello' }] });
    const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-engine' };
    const response = await fetch(`${origin}/x/plain/v1/chat/completions`, { method: 'POST', headers, body });
    await response.text();
    await understudy.shutdown(5000);
  },
};

await CHECKS[check]?.();
const slow = Object.entries(PRIMITIVES).filter(([, { prototype }]) => !isFast(prototype));
process.stdout.write(JSON.stringify(slow.map(([name]) => name)), () => process.exit(0));
