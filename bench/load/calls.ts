import { setTimeout as sleep } from 'node:timers/promises';
import { type AnswerShape, answerTo, questionOf, requestBody } from './wire.js';

/** What became of a service's calls. */
export interface Tally {
  started: number;
  /** Answered as the provider answers. */
  right: number;
  /** Given up by the caller, on purpose. */
  aborted: number;
  wrong: number;
  /** Rejected, and not because the caller had given up. */
  failed: number;
}

export interface CallOptions extends AnswerShape {
  /** Of an OpenAI chat completions API: a base URL as an SDK takes it. */
  readonly url: string;
  readonly promptChars: number;
}

/** Of ten calls six are whole answers and four are streams, of which one is given up at its first piece; one of twenty before the headers. */
function wayOf(number: number): 'whole' | 'stream' | 'left' | 'given up' {
  if (number % 20 === 7) return 'given up';
  const digit = number % 10;
  return digit < 6 ? 'whole' : digit < 9 ? 'stream' : 'left';
}

/** Milliseconds in which no provider of these benches has answered. */
const TOO_SOON_MS = 5;

const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-load' } as const;

interface Event {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}

function textOf(events: string): string {
  const parts = events.split('\n\n').filter((part) => part.startsWith('data: {'));
  return parts.map((part) => (JSON.parse(part.slice(6)) as Event).choices[0]?.delta.content ?? '').join('');
}

/** Makes one call, and counts what its caller got. Never rejects. */
export async function makeCall(number: number, options: CallOptions, tally: Tally): Promise<void> {
  const { url, promptChars } = options;
  const way = wayOf(number);
  const stream = way === 'stream' || way === 'left';
  const expected = answerTo(String(number), options);
  const giveUp = new AbortController();
  const body = requestBody(questionOf(number, promptChars), stream);
  tally.started += 1;
  try {
    const calling = fetch(`${url}/chat/completions`, { method: 'POST', headers: HEADERS, body, signal: giveUp.signal });
    if (way === 'given up') setTimeout(() => giveUp.abort(), TOO_SOON_MS);
    const response = await calling;
    let text = '';
    if (stream && response.body !== null) {
      const decoder = new TextDecoder();
      for await (const chunk of response.body) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        if (way === 'left') break;
      }
    } else text = await response.text();
    if (way === 'left') tally.aborted += 1;
    else if ((stream ? textOf(text) : contentOf(text)) === expected) tally.right += 1;
    else tally.wrong += 1;
  } catch {
    if (giveUp.signal.aborted) tally.aborted += 1;
    else tally.failed += 1;
  }
}

function contentOf(text: string): string | undefined {
  const { choices } = JSON.parse(text) as { choices: readonly { message: { content: string } }[] };
  return choices[0]?.message.content;
}

/** A function that answers as the provider does, in so many milliseconds. */
export type AnswerFunction = (number: number, question: string) => Promise<string>;

/** What is called where calls are functions: hundreds a second of them leave a processor to what comes after. */
export function answerFunction(options: CallOptions, answerMs: number): AnswerFunction {
  return async (number) => {
    await sleep(answerMs);
    return answerTo(String(number), options);
  };
}

/** Calls a function, and counts what its caller got. Never rejects. */
export async function callFunction(
  answer: AnswerFunction,
  number: number,
  options: CallOptions,
  tally: Tally,
): Promise<void> {
  tally.started += 1;
  try {
    const text = await answer(number, questionOf(number, options.promptChars));
    if (text === answerTo(String(number), options)) tally.right += 1;
    else tally.wrong += 1;
  } catch {
    tally.failed += 1;
  }
}

/** Starts calls at an even pace until told to stop, whatever becomes of them. */
export class Load {
  readonly tally: Tally = { started: 0, right: 0, aborted: 0, wrong: 0, failed: 0 };
  readonly #call: (number: number, tally: Tally) => Promise<void>;
  readonly #underWay = new Set<Promise<void>>();
  #number = 0;
  #stopped = false;

  /** @param call Makes the call with this number, and counts what became of it. Never rejects. */
  constructor(call: (number: number, tally: Tally) => Promise<void>) {
    this.#call = call;
  }

  async run(perSecond: number): Promise<void> {
    const startedAt = performance.now();
    let made = 0;
    while (!this.#stopped) {
      // A pause of the process is not made up for at once: nobody's callers do that.
      const due = ((performance.now() - startedAt) * perSecond) / 1000;
      if (due - made > perSecond) made = Math.floor(due);
      for (; made < due; made += 1) this.#start();
      await sleep(2);
    }
  }

  /** Starts no more. Resolves when those under way are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#underWay);
  }

  #start(): void {
    this.#number += 1;
    const call = this.#call(this.#number, this.tally).finally(() => this.#underWay.delete(call));
    this.#underWay.add(call);
  }
}
