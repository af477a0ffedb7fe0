import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { randomOf } from '../random.js';
import { answerTo } from './answer.js';
import type { Personality } from './personality.js';
import { PERSONALITIES } from './personality.js';
import type { ChatRequest, Completion } from './protocol.js';
import { completionBody, completionEvents, errorBody, isChatPath, readRequest, usageOf } from './protocol.js';

export interface ProviderOptions {
  /** Whole number that decides every answer, error and latency. */
  readonly seed: number;
  readonly personality: Personality;
  /** Log-normal latency to the end of an answer. Default: median 20 ms, sigma 0.4 (99 % within 51 ms). */
  readonly latency?: { readonly medianMs: number; readonly sigma: number };
  /** Share of calls answered with status 500, in [0, 1]. Default: 0.004. */
  readonly errorRate?: number;
}

/** Calls since the start. `calls = answered + failed + refused + left + inFlight`. */
export interface ProviderStats {
  readonly calls: number;
  /** Answered whole. */
  readonly answered: number;
  /** Answered with status 500, on purpose. */
  readonly failed: number;
  /** Answered with status 400 or 404: not a request of the protocol. */
  readonly refused: number;
  /** The client left before the end. */
  readonly left: number;
  readonly inFlight: number;
  readonly mostInFlight: number;
}

/** A model provider on this machine that speaks OpenAI's chat completions, plain and streamed. */
export interface Provider {
  /** Base URL for an SDK, with `/v1`. */
  readonly url: string;
  stats(): ProviderStats;
  /** Ends every connection and timer. May be called twice. */
  close(): Promise<void>;
}

const DEFAULT_LATENCY = { medianMs: 20, sigma: 0.4 };
const DEFAULT_ERROR_RATE = 0.004;
/** A draw beyond so many medians is cut, so that no single call decides how long a run takes. */
const LONGEST_IN_MEDIANS = 10;
/** Part of the latency that passes before the first piece of a stream. */
const FIRST_PIECE_AT = 0.4;
const PIECES = 6;
const LARGEST_REQUEST = 1_048_576;

type Count = 'answered' | 'failed' | 'refused' | 'left';

/** Splits a text into about equal runs of words; joined they are the text. */
function piecesOf(text: string): string[] {
  const words = text.split(/(?<= )/);
  const size = Math.ceil(words.length / PIECES);
  return Array.from({ length: Math.ceil(words.length / size) }, (_, at) =>
    words.slice(at * size, (at + 1) * size).join(''),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LARGEST_REQUEST) throw new Error('the request is too large');
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Waits without outliving the response: resolves false when the client left or the provider closed. */
function pause(ms: number, response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    if (response.destroyed) {
      resolve(false);
      return;
    }
    const done = (): void => {
      clearTimeout(timer);
      response.off('close', done);
      resolve(!response.destroyed);
    };
    const timer = setTimeout(done, ms);
    response.once('close', done);
  });
}

function json(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** Sends the events; the first `pieces` of them are followed by a pause. False: the client left. */
async function stream(
  response: ServerResponse,
  events: readonly string[],
  pieces: number,
  durationMs: number,
): Promise<boolean> {
  if (!(await pause(durationMs * FIRST_PIECE_AT, response))) return false;
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const gapMs = (durationMs * (1 - FIRST_PIECE_AT)) / pieces;
  for (const [at, event] of events.entries()) {
    response.write(event);
    if (at < pieces && !(await pause(gapMs, response))) return false;
  }
  response.end();
  return true;
}

/**
 * Starts a provider on a port of its own.
 *
 * The n-th time a conversation is asked, the answer, the error and the latency are a function of the seed, the
 * personality, the text and n: nothing else, not even the model's name.
 */
export async function startProvider(options: ProviderOptions): Promise<Provider> {
  const { seed, personality, latency = DEFAULT_LATENCY, errorRate = DEFAULT_ERROR_RATE } = options;
  const traits = PERSONALITIES[personality];
  const asked = new Map<string, number>();
  const counts: Record<Count, number> = { answered: 0, failed: 0, refused: 0, left: 0 };
  const handling = new Set<Promise<void>>();
  let [calls, inFlight, mostInFlight] = [0, 0, 0];

  async function answer(chat: ChatRequest, response: ServerResponse): Promise<Count> {
    const times = (asked.get(chat.text) ?? 0) + 1;
    asked.set(chat.text, times);
    const random = randomOf('provider', seed, personality, times, chat.text);
    const medianMs = latency.medianMs * traits.pace;
    const durationMs = Math.min(random.logNormal(medianMs, latency.sigma), medianMs * LONGEST_IN_MEDIANS);
    const said = answerTo(chat.text, traits, errorRate, random);
    const completion: Completion = {
      id: `chatcmpl-${Math.floor(random.next() * 2 ** 48).toString(36)}`,
      created: Math.floor(Date.now() / 1000),
      model: chat.model,
    };
    if (said.status === 'error') {
      if (!(await pause(durationMs, response))) return 'left';
      json(response, 500, errorBody('server_error', 'The server had an error while processing your request.'));
      return 'failed';
    }
    const usage = usageOf(chat.text, said.text);
    if (chat.stream) {
      const pieces = piecesOf(said.text);
      const events = completionEvents(completion, pieces, chat.includeUsage ? usage : null);
      return (await stream(response, events, pieces.length, durationMs)) ? 'answered' : 'left';
    }
    if (!(await pause(durationMs, response))) return 'left';
    json(response, 200, completionBody(completion, said.text, usage));
    return 'answered';
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<Count> {
    if (!isChatPath(request.method, request.url)) {
      json(response, 404, errorBody('invalid_request_error', `Unknown request: ${request.method} ${request.url}`));
      return 'refused';
    }
    const chat = readRequest(await bodyOf(request));
    if (chat === null) {
      json(response, 400, errorBody('invalid_request_error', 'Expected a JSON body with `model` and `messages`.'));
      return 'refused';
    }
    return answer(chat, response);
  }

  const server = createServer((request, response) => {
    calls += 1;
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    const settle = (count: Count): void => {
      counts[count] += 1;
      inFlight -= 1;
    };
    const handled = handle(request, response).then(settle, () => {
      response.destroy();
      settle('left');
    });
    handling.add(handled);
    void handled.finally(() => handling.delete(handled));
  });
  // Longer than any client keeps an idle connection: else a call may meet a connection that is just being closed.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the provider has no TCP address');

  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    stats: () => ({ calls, ...counts, inFlight, mostInFlight }),
    async close() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await Promise.all(handling);
    },
  };
}
