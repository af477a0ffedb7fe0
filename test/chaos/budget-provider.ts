import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { NANO_USD } from '@understudy/instrumentation/experiment';
import type { Random } from '../simulation/random.js';

/** US dollars a million tokens, as everybody knows them. */
export const PRICE = { input: 2, output: 10 };
const TOKENS = { input: 60, output: 100 };
const LATENCY_MS = { least: 40, spread: 120 };

/**
 * `dear`: ten times the tokens, far over the request's own limit. `refusing`: 500 and 429 in turn with `retry-after: 0`, for free. `resetting`: paid in full, and half an
 * answer without a count.
 */
export type Mood = 'usual' | 'dear' | 'refusing' | 'resetting';

/** A provider that keeps its own account of what shadows are charged: each from its start, whoever waits for it. */
export class Provider implements AsyncDisposable {
  readonly #random: Random;
  readonly #servers: readonly Server[];
  readonly #budget: number;
  mood: Mood = 'usual';
  /** Nano-dollars. */
  billed = 0;
  /** Of calls that have ended. */
  billedEnded = 0;
  primaries = 0;
  readonly started: Record<Mood, number> = { usual: 0, dear: 0, refusing: 0, resetting: 0 };
  lastStartedAt = 0;
  inFlight = 0;
  mostInFlight = 0;
  /** When calls that ended came to the whole budget: what those still under way cost. Null: they never did. */
  atTheCap: { readonly inFlight: number; readonly cost: number } | null = null;
  startedAfterCap = 0;

  private constructor(random: Random, budget: number) {
    this.#random = random;
    this.#budget = budget;
    // Of two hosts, so that what the candidate answers is no reason to spare the primary's provider.
    this.#servers = [false, true].map((shadow) =>
      createServer((incoming, outgoing) => {
        this.#answer(incoming, outgoing, shadow).catch(() => outgoing.destroy());
      }),
    );
  }

  static async start(random: Random, budget: number): Promise<Provider> {
    const provider = new Provider(random, budget);
    for (const server of provider.#servers) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    return provider;
  }

  /** Origins of the two hosts. */
  get hosts(): { readonly primary: string; readonly shadow: string } {
    const [primary = '', shadow = ''] = this.#servers.map(
      (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    return { primary, shadow };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse, shadow: boolean): Promise<void> {
    for await (const _ of incoming);
    if (!shadow) {
      this.primaries += 1;
      await sleep(20);
      respond(outgoing, TOKENS);
      return;
    }
    const { mood } = this;
    this.started[mood] += 1;
    if (mood === 'refusing') {
      const status = this.started.refusing % 2 === 0 ? 500 : 429;
      outgoing.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0' });
      outgoing.end('{"error":{"message":"slow down","type":"rate_limit_error"}}');
      return;
    }
    const factor = (mood === 'dear' ? 10 : 1) * (0.5 + this.#random.next());
    const usage = {
      input: Math.round(TOKENS.input * (mood === 'dear' ? 10 : 1)),
      output: Math.round(TOKENS.output * factor),
    };
    const cost = ((usage.input * PRICE.input + usage.output * PRICE.output) * NANO_USD) / 1e6;
    this.#charge(cost);
    await sleep(LATENCY_MS.least + LATENCY_MS.spread * this.#random.next());
    this.#end(cost);
    if (mood === 'resetting') {
      outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      outgoing.write('{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"mess');
      await sleep(2);
      outgoing.socket?.resetAndDestroy();
    } else respond(outgoing, usage);
  }

  #charge(cost: number): void {
    if (this.atTheCap !== null) this.startedAfterCap += 1;
    this.lastStartedAt = performance.now();
    this.billed += cost;
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
  }

  #end(cost: number): void {
    this.inFlight -= 1;
    this.billedEnded += cost;
    if (this.billedEnded >= this.#budget)
      this.atTheCap ??= { inFlight: this.inFlight, cost: this.billed - this.billedEnded };
  }
}

function respond(outgoing: ServerResponse, { input, output }: { input: number; output: number }): void {
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  const choice = { index: 0, message: { role: 'assistant', content: 'A day in the life.' }, finish_reason: 'stop' };
  const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
  outgoing.end(
    JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm', choices: [choice], usage }),
  );
}
