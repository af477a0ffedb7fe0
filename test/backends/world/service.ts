import { trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';
import type { Planned } from './traffic.js';

// One process of the service, driven over IPC: it calls its model as it is told, tells when that is done, and is otherwise like any other.
// Run as: service.ts, with the incumbent at OPENAI_BASE_URL, and the variables of Understudy and OpenTelemetry.

/** What it is told. `everyMs`: between the starts of two calls, at the least; `width`: calls under way at most, default all. */
export type Order =
  | { readonly do: 'call'; readonly calls: readonly Planned[]; readonly everyMs: number; readonly width?: number }
  | { readonly do: 'flush' }
  | { readonly do: 'end' };

/** What it tells. */
export interface Told {
  readonly done: 'start' | Order['do'];
  /** Calls that failed in the service's hands. */
  readonly failed: number;
}

const FLUSH_MS = 60_000;
const MODEL = 'gpt-5';
const TOOLS = ['look_up', 'call_a_person'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: { city: { type: 'string' } } } },
}));

const understudy = new UnderstudyInstrumentation();
const sdk = new NodeSDK({ serviceName: 'support', instrumentations: [understudy] });
sdk.start();
// Loaded after: a client keeps the fetch that there was.
const { OpenAI } = await import('openai');
const client = new OpenAI({ apiKey: 'sk-primary', maxRetries: 0 });
const tracer = trace.getTracer('support');

async function ask({ number, topic, way, forbidden }: Planned): Promise<void> {
  const messages = [
    { role: 'system' as const, content: `You answer customers of a shop about ${topic}.` },
    { role: 'user' as const, content: `Case #${number}: say what happens there, in full.` },
  ];
  const body = {
    model: MODEL,
    messages,
    ...(way.startsWith('tool') && { tools: TOOLS }),
    ...(forbidden && { web_search_options: {} }),
  };
  if (way === 'json' || way === 'tool') {
    await client.chat.completions.create(body);
    return;
  }
  const options = { stream: true as const, stream_options: { include_usage: true } };
  for await (const _ of await client.chat.completions.create({ ...body, ...options })) {
    // Read to the end.
  }
}

async function handle(planned: Planned): Promise<boolean> {
  const { number, topic } = planned;
  const attributes = { 'app.topic': topic, 'app.call': number, 'gen_ai.conversation.id': `conversation-${number}` };
  return await tracer.startActiveSpan('POST /ask', { attributes, root: true }, async (span) => {
    try {
      await ask(planned);
      return true;
    } catch {
      return false;
    } finally {
      span.end();
    }
  });
}

async function carryOut(order: Order): Promise<number> {
  if (order.do === 'flush') {
    await understudy.flush(FLUSH_MS);
    return 0;
  }
  if (order.do === 'end') {
    await understudy.shutdown(FLUSH_MS);
    await sdk.shutdown();
    return 0;
  }
  const { calls, everyMs, width = order.calls.length } = order;
  const started = performance.now();
  let [next, failed] = [0, 0];
  const worker = async (): Promise<void> => {
    for (let at = next++; at < calls.length; at = next++) {
      const early = started + at * everyMs - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
      if (!(await handle(calls[at] as Planned))) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return failed;
}

const tell = (told: Told): void => void process.send?.(told);
process.on('message', (order: Order) => {
  void carryOut(order).then((failed) => {
    tell({ done: order.do, failed });
    if (order.do === 'end') process.disconnect();
  });
});
// Nothing is admitted before the queue knows what is compared.
while (!understudy.announced) await new Promise((resolve) => setTimeout(resolve, 20));
tell({ done: 'start', failed: 0 });
