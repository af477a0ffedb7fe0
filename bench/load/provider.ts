import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { HttpFault } from '../../test/chaos/faulty-model.js';
import type { AnswerShape } from './wire.js';

const { answerTo, numberIn } = await import('./wire.js');
const { answerAndReset, answerGarbage } = await import('../../test/chaos/faulty-model.js');

export interface ProviderSettings extends AnswerShape {
  /** Until the headers of an answer, in milliseconds. */
  readonly delayMs: number;
  /** Between two events of a stream, in milliseconds; 0: in the next turn of the loop. */
  readonly pieceMs: number;
  /** Where to listen; otherwise where there is room. */
  readonly ports?: Ports;
}

/** What the process is told while it runs: it acknowledges each. `slow`: no answer; `down`: nobody listens. */
export interface Order {
  readonly models?: HttpFault;
  readonly collector?: HttpFault | 'down';
}

/** Its first message. */
export interface Ports {
  readonly models: number;
  readonly collector: number;
}

/** A provider of models, and a collector that reads and forgets, in a process of their own. */
const settings = JSON.parse(process.argv[2] ?? '') as ProviderSettings;
let behaviour: HttpFault = 'ok';
let collecting: HttpFault | 'down' = 'ok';
let garbage = 0;

const USAGE = { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 };
/** To an exporter a 200 is a success, whatever else it says. */
const NOT_HTTP = 0;
const JSON_HEADERS = { 'content-type': 'application/json' };
const head = { id: 'chatcmpl-load', created: 1, model: 'gpt-5-2026' };
const event = (data: object): string =>
  `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...data })}\n\n`;

function whole(content: string): string {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
  return JSON.stringify({ ...head, object: 'chat.completion', choices, usage: USAGE });
}

/** The events of an answer, in the pieces they are written in. */
function events(content: string): readonly string[] {
  const size = Math.ceil(content.length / settings.pieces);
  const choice = (delta: object, finish: string | null): object => ({
    choices: [{ index: 0, delta, finish_reason: finish }],
    usage: null,
  });
  const pieces = Array.from({ length: settings.pieces }, (_, index) =>
    event(choice({ content: content.slice(index * size, (index + 1) * size) }, null)),
  );
  return [...pieces, event(choice({}, 'stop')) + event({ choices: [], usage: USAGE }) + 'data: [DONE]\n\n'];
}

function stream(outgoing: ServerResponse, content: string, resetting: boolean): void {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  const all = events(content);
  // Each piece has its time, whenever the one before it went: a model is no slower for what the machine of its caller does.
  const startedAt = performance.now();
  let next = 0;
  const write = (): void => {
    if (outgoing.destroyed) return;
    if (resetting && next === 2) {
      outgoing.socket?.resetAndDestroy();
      return;
    }
    const text = all[next];
    next += 1;
    if (text !== undefined) outgoing.write(text);
    if (next >= all.length) outgoing.end();
    else if (settings.pieceMs > 0)
      setTimeout(write, Math.max(0, Math.ceil(startedAt + next * settings.pieceMs - performance.now())));
    else setImmediate(write);
  };
  write();
}

function answer(body: string, outgoing: ServerResponse): void {
  if (behaviour === 'slow' || outgoing.destroyed) return;
  if (behaviour === 'error') {
    outgoing.writeHead(500, JSON_HEADERS).end('{"error":{"message":"made to fail","type":"server_error"}}');
    return;
  }
  if (behaviour === 'garbage') {
    garbage += 1;
    answerGarbage(outgoing, garbage);
    return;
  }
  const content = answerTo(numberIn(body), settings);
  if (body.includes('"stream":true')) stream(outgoing, content, behaviour === 'reset');
  else if (behaviour === 'reset') outgoing.socket?.resetAndDestroy();
  else outgoing.writeHead(200, JSON_HEADERS).end(whole(content));
}

function read(incoming: IncomingMessage, done: (body: string) => void): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => done(Buffer.concat(chunks).toString('latin1')));
}

const models = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  read(incoming, (body) => setTimeout(() => answer(body, outgoing), settings.delayMs));
});

const collector = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    if (collecting === 'garbage') answerGarbage(outgoing, NOT_HTTP);
    else if (collecting === 'reset') void answerAndReset(outgoing);
    else if (collecting !== 'slow') outgoing.writeHead(collecting === 'error' ? 500 : 200, JSON_HEADERS).end('{}');
  });
});

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

const ports: Ports = {
  models: await listen(models, settings.ports?.models ?? 0),
  collector: await listen(collector, settings.ports?.collector ?? 0),
};

async function obey(order: Order): Promise<void> {
  behaviour = order.models ?? behaviour;
  if (order.collector === undefined || order.collector === collecting) return;
  if (order.collector === 'down') {
    await new Promise<void>((resolve) => {
      collector.close(() => resolve());
      collector.closeAllConnections();
    });
  } else if (collecting === 'down') await listen(collector, ports.collector);
  // What hung was left hanging: its client has to time out, or to lose its connection.
  else if (collecting === 'slow') collector.closeAllConnections();
  collecting = order.collector;
}

process.on('message', (order: Order) => void obey(order).then(() => process.send?.({ obeyed: true })));
process.on('disconnect', () => process.exit(0));
process.send?.(ports);
