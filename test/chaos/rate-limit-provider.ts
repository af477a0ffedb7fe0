import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { headersOf, Pool, type Telling } from './rate-limit-pool.js';
import type { Asked } from './rate-limit-steps.js';

// A provider whose accounts have one pool of requests and one of tokens a minute, for whoever has the key.
// Run as: rate-limit-provider.ts. Path: /TELLING/MINUTE_MS/REQUESTS/TOKENS/v1/..., key: the account. `GET /log?account=` gives what came.
const accounts = new Map<string, { readonly pools: readonly [Pool, Pool]; readonly asked: Asked[] }>();
const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

interface Body {
  readonly model: string;
  readonly max_tokens: number;
  readonly messages: readonly { readonly content: string }[];
}

async function handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? '', 'http://provider');
  if (url.pathname === '/log') {
    outgoing.end(JSON.stringify(accounts.get(url.searchParams.get('account') ?? '')?.asked ?? []));
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
  const [, telling, minuteMs, requests, tokens] = url.pathname.split('/');
  const now = Date.now();
  const key = String(incoming.headers['x-api-key'] ?? incoming.headers.authorization?.replace('Bearer ', ''));
  let account = accounts.get(key);
  if (account === undefined) {
    const pools = [Number(requests), Number(tokens)].map((size) => new Pool(size, Number(minuteMs), now));
    account = { pools: pools as unknown as readonly [Pool, Pool], asked: [] };
    accounts.set(key, account);
  }
  const { pools, asked } = account;
  const wants = [1, body.max_tokens] as const;
  const number = Number(/#(\d+)/.exec(body.messages[0]?.content ?? '')?.[1]);
  const waitMs = Math.max(...pools.map((pool, index) => pool.until(wants[index] ?? 0, now)));
  const left = Math.min(...pools.map((pool) => pool.left(now) / pool.size));
  const refused = waitMs > 0;
  asked.push({ at: now, number, role: body.model === 'incumbent' ? 'primary' : 'shadow', refused, left });
  if (refused) {
    const headers = headersOf(telling as Telling, pools, now);
    outgoing.writeHead(429, { ...headers, 'retry-after': String(Math.ceil(waitMs / 1000)) });
    outgoing.end('{"error":{"type":"rate_limit_error","message":"slow down"}}');
    return;
  }
  for (const [index, pool] of pools.entries()) pool.take(wants[index] ?? 0);
  // Told as of the beginning, as real ones do.
  const headers = { ...headersOf(telling as Telling, pools, now), 'content-type': 'application/json' };
  await sleep(20 + (number % 20));
  outgoing.writeHead(200, headers);
  outgoing.end(JSON.stringify(url.pathname.endsWith('/messages') ? anthropic(body) : openai(body)));
}

function openai({ model }: Body): object {
  const message = { role: 'assistant', content: 'So it is.', refusal: null };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
  };
}

function anthropic({ model }: Body): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [{ type: 'text', text: 'So it is.' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 11, output_tokens: 7 },
  };
}

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  handle(incoming, outgoing).catch(() => outgoing.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`);
});
