import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong. */
export type Trouble =
  | 'slow'
  | 'rate_limit'
  | 'overloaded'
  | 'broken'
  | 'unauthorized'
  | 'redirect'
  | 'garbage'
  | 'no_json'
  | 'too_few'
  | 'dimensions'
  | 'mixed_dimensions'
  | 'nulls'
  | 'zeros'
  | 'twice'
  | 'hang_up'
  | 'truncated'
  | 'cut_off'
  | 'no_model';

export interface EmbeddingServer {
  readonly baseUrl: string;
  trouble: Trouble | null;
  /** Only so many requests more are in trouble. */
  times: number;
  /** Longer texts are refused, in characters. */
  longest: number;
  /** A text that holds it is refused. */
  refused: string | null;
  readonly requests: readonly EmbeddingRequest[];
  /** Requests at once, at most. */
  readonly atOnce: number;
  /** Nobody listens at its address any more, and somebody does again. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface EmbeddingRequest {
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: { readonly model: string; readonly input: readonly string[]; readonly dimensions?: number };
}

const DIMENSIONS = 32;
export const SECRET = 'sk-embedding-secret';
/** Tokens that are counted for each text. */
export const TOKENS = 10;

/** A server of `/embeddings`: texts with the same words have the same direction, those without a common one are at right angles, nearly. */
export async function startEmbeddingServer(): Promise<EmbeddingServer> {
  const requests: EmbeddingRequest[] = [];
  const state: { trouble: Trouble | null; times: number; longest: number; refused: string | null; atOnce: number } = {
    trouble: null,
    times: Infinity,
    longest: Infinity,
    refused: null,
    atOnce: 0,
  };
  let running = 0;
  const server = createServer((request, response) => {
    running += 1;
    state.atOnce = Math.max(state.atOnce, running);
    response.on('close', () => (running -= 1));
    void bodyOf(request).then((body) => {
      requests.push({ path: request.url, authorization: request.headers.authorization, body });
      const trouble = state.times > 0 ? state.trouble : null;
      if (trouble !== null) state.times -= 1;
      const { longest, refused } = state;
      if (body.input.some((text) => text.length > longest)) failed(response, 400, 'too many tokens');
      else if (body.input.some((text) => refused !== null && text.includes(refused))) failed(response, 422, 'not this');
      // So that requests that are made at once are there at once.
      else setTimeout(() => answer(trouble, body, response), 5);
    });
  });
  server.keepAliveTimeout = 0;
  const listen = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    requests,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    down: close,
    up: () => listen(port),
    close,
  });
}

function answer(
  trouble: Trouble | null,
  { input, dimensions }: EmbeddingRequest['body'],
  response: ServerResponse,
): void {
  const size = dimensions ?? DIMENSIONS;
  const embeddings = input.map((text) => vectorOf(text, size));
  switch (trouble) {
    case 'slow':
      return;
    case 'rate_limit':
      return failed(response, 429, 'slow down', { 'retry-after': '7' });
    case 'overloaded':
      return failed(response, 503, 'overloaded', { 'retry-after-ms': '1500' });
    case 'broken':
      return failed(response, 500, 'internal');
    case 'unauthorized':
      return failed(response, 401, `Incorrect API key provided: ${SECRET}`);
    case 'no_model':
      return failed(response, 404, 'no such model');
    case 'redirect':
      return failed(response, 307, 'elsewhere', { location: 'http://127.0.0.1:1/v1/embeddings' });
    case 'garbage':
      return void response.end('<html>not what you asked for</html>');
    case 'truncated':
      return void response.end(JSON.stringify(listOf(embeddings)).slice(0, -200));
    case 'cut_off':
      response.writeHead(200, { 'content-length': 5_000 });
      return void response.write('{"object": "list", "data": [', () => response.destroy());
    case 'no_json':
      return reply(response, { object: 'list' });
    case 'too_few':
      return reply(response, listOf(embeddings.slice(1)));
    case 'dimensions':
      return reply(response, listOf(embeddings.map((one) => [...one, 1])));
    case 'mixed_dimensions':
      return reply(response, listOf(embeddings.map((one, at) => (at === 0 ? one : [...one, 1]))));
    case 'nulls':
      return reply(response, listOf(embeddings.map((one) => one.map(() => null))));
    case 'zeros':
      return reply(response, listOf(embeddings.map((one) => one.map(() => 0))));
    case 'twice':
      return reply(response, { data: embeddings.map((embedding) => ({ index: 0, embedding })) });
    case 'hang_up':
      return void response.destroy();
    case null:
      return reply(response, listOf(embeddings));
  }
}

/** Last text first: it is numbered. */
function listOf(embeddings: readonly (readonly (number | null)[])[]): object {
  return {
    object: 'list',
    data: embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding })).toReversed(),
    usage: { prompt_tokens: TOKENS * embeddings.length, total_tokens: TOKENS * embeddings.length },
  };
}

function vectorOf(text: string, size: number): readonly number[] {
  const vector = Array.from({ length: size }, () => 0);
  for (const word of text.toLowerCase().split(/\W+/)) {
    const at = createHash('sha256').update(word).digest().readUInt32BE(0) % size;
    vector[at] = (vector[at] ?? 0) + 1;
  }
  return vector;
}

async function bodyOf(request: IncomingMessage): Promise<EmbeddingRequest['body']> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as EmbeddingRequest['body'];
}

function failed(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message } }));
}

function reply(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
