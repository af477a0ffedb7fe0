import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenAI } from 'openai';
import { type Report, type Step, type Told } from './steps.js';
import { startTelemetry } from './telemetry.js';

// A service that calls models as it is told to, step by step, and reports what its callers got. Nothing here ends the process: when the
// last step is done there is nothing left to do. Run as: service.ts, with CHAOS in the environment.
const told = JSON.parse(process.env['CHAOS'] ?? '') as Told;
const warnings: string[] = [];
process.on('warning', (warning) => void warnings.push(`${warning.name}: ${warning.message}`));
process.on('uncaughtExceptionMonitor', (error, origin) => {
  writeSync(2, `${origin}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
});
const telemetry = await startTelemetry(told);
const client = (behaviour: string): OpenAI =>
  new OpenAI({ apiKey: 'sk-primary', baseURL: `${told.provider}/${behaviour}/v1`, maxRetries: 0 });
const plain = client('plain');
const held = client('held');
const late = client('late');
const refusing = ['400', '404', '413', '422'].map(client);

const TOOLS = [{ type: 'function' as const, function: { name: 'look_up', parameters: { type: 'object' } } }];

/** What a caller sees of one call, in full. By the number, one of 16 ways of calling. */
async function outcomeOf(number: number): Promise<unknown> {
  const filler = told.fill === undefined ? '' : fillerOf(number, told.fill);
  const messages = [
    { role: 'system' as const, content: 'Answer in a few words.' },
    { role: 'user' as const, content: `What of it, ünïcödé ✓?${filler} #${number}` },
  ];
  const json = { model: 'incumbent', messages };
  const stream = { ...json, stream: true as const };
  const way = number % 16;
  if (way < 6) return await plain.chat.completions.create(json);
  if (way < 10) return await streamed(plain, stream);
  if (way === 10) return await raw(await plain.chat.completions.create(json).asResponse());
  if (way === 11) return await raw(await plain.chat.completions.create(stream).asResponse());
  if (way === 12) return await plain.chat.completions.create({ ...json, tools: TOOLS });
  if (way === 13) return await streamed(plain, { ...stream, tools: TOOLS });
  if (way === 14) return await refusing[(number >> 4) % 4]?.chat.completions.create(json);
  if (number % 32 === 15) return await streamed(held, stream, 3);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), 5);
  try {
    return await late.chat.completions.create(json, { signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

function fillerOf(number: number, characters: number): string {
  // Not the same sentence over and over: text compresses, though not to nothing.
  const words = Array.from({ length: characters / 8 }, (_, index) => ((number * 31 + index * 17) % 9973).toString(36));
  return ` ${words.join(' ')}`.padEnd(characters, '.');
}

type Streamed = OpenAI.ChatCompletionCreateParamsStreaming;

/** The chunks of a stream; of one that is left early, the first ones, ended as callers do: by turns, a `break` and an abort. */
async function streamed(openai: OpenAI, body: Streamed, leaveAfter = Infinity): Promise<unknown[]> {
  const stream = await openai.chat.completions.create(body);
  const chunks: unknown[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.length < leaveAfter) continue;
    stream.controller.abort();
    break;
  }
  return chunks;
}

async function raw(response: Response): Promise<unknown> {
  const bytes = Buffer.from(await response.arrayBuffer());
  return [response.status, [...response.headers], bytes.toString('base64')];
}

function described(error: unknown): unknown {
  if (!(error instanceof Error)) return { thrown: typeof error };
  const { name, message, cause, ...rest } = error as Error & Record<string, unknown>;
  return { name, message, cause: cause instanceof Error ? cause.message : cause, ...rest, headers: null };
}

async function digestOf(number: number): Promise<string> {
  const outcome = await telemetry.within(() => outcomeOf(number).catch(described));
  return createHash('sha256')
    .update(JSON.stringify(outcome) ?? 'nothing')
    .digest('hex')
    .slice(0, 8);
}

/** Makes calls, so many at a time, until `more` says no. */
async function call(from: number, width: number, more: (made: number) => boolean): Promise<string[]> {
  const digests: string[] = [];
  let made = 0;
  const worker = async (): Promise<void> => {
    while (more(made)) {
      const index = made;
      made += 1;
      digests[index] = await digestOf((from + index) % told.distinct);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return digests;
}

async function run(step: Exclude<Step, { do: 'end' }>): Promise<string[]> {
  if (step.do === 'call') return await call(step.from, step.width, (made) => made < step.count);
  if (step.do === 'flush') {
    await telemetry.flush(step.timeoutMs);
    return [];
  }
  const until = performance.now() + step.timeoutMs;
  if (step.do === 'call-flush') {
    let flushed = false;
    const flushing = telemetry.flush(step.timeoutMs).then(() => (flushed = true));
    const made = await call(
      step.from,
      step.width,
      (count) => count < step.most && !flushed && performance.now() < until,
    );
    await flushing;
    return made;
  }
  const sum = (): number => {
    const counts = telemetry.counts();
    return step.counters.reduce((total, name) => total + (counts[name] ?? 0), 0);
  };
  while (sum() < step.least && performance.now() < until) await sleep(20);
  return [];
}

/** A connection for itself, closed by the time its answer is here: nothing of it keeps the process. */
async function tell(report: Report): Promise<Step> {
  return await new Promise((resolve, reject) => {
    const outgoing = request(told.director, { method: 'POST', agent: false }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
      incoming.on('end', () => resolve(JSON.parse(text) as Step));
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(report));
  });
}

/** What is measured is what is held, not what happens not to be collected yet. */
const gc = (): void => (globalThis as { gc?: () => void }).gc?.();
const now = (): number => performance.timeOrigin + performance.now();
const reportOf = (startedAt: number, digests: readonly string[]): Report => {
  gc();
  const { rss, heapUsed: heap } = process.memoryUsage();
  return { startedAt, endedAt: now(), digests, counts: telemetry.counts(), warnings, rss, heap };
};

// The last counts are known when everything has ended; the director reads them from the output.
process.on('exit', () => void writeSync(1, `${JSON.stringify(reportOf(now(), []))}\n`));
let report = reportOf(now(), []);
for (let step = await tell(report); step.do !== 'end'; step = await tell(report)) {
  const startedAt = now();
  report = reportOf(startedAt, await run(step));
}
