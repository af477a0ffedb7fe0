import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a server over HTTP does to each request. `ok`: it answers. */
export type HttpFault = 'ok' | 'error' | 'slow' | 'garbage' | 'reset';

/** As the suite means "slow": longer than anybody waits. */
export const SLOW_MS = 60_000;

const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const CREATED = 1_700_000_000;
const WORDS = 'a day in the life of one small model that answers what it is asked and ünïcödé ✓ besides'.split(' ');
/** The pieces of a stream that is left early, and how long the rest is held back. */
const HELD = { pieces: 6, ms: 100 };
/** A caller that gives up before the headers has gone by then. */
const LATE_MS = 400;

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
  readonly tools?: readonly unknown[];
  readonly messages: readonly { readonly content?: unknown }[];
}

/** The number of a call, which its last message names: the same call gets the same answer, in every process. */
function numberOf({ messages }: Asked): number {
  const content = messages.at(-1)?.content;
  return Number(/#(\d+)/.exec(typeof content === 'string' ? content : '')?.[1] ?? 0);
}

function wordsOf(number: number): string[] {
  const count = 3 + (number % 9);
  return Array.from({ length: count }, (_, index) => {
    const word = WORDS[(number * 7 + index * 3) % WORDS.length] ?? '';
    return index === 0 ? word : ` ${word}`;
  });
}

/** Speaks OpenAI's chat completions. The first segment of the path: `plain`, `held`, `late`, or a status to answer with. */
export async function answerAsModel(incoming: IncomingMessage, outgoing: ServerResponse, body: string): Promise<void> {
  outgoing.sendDate = false;
  const asked = JSON.parse(body) as Asked;
  const number = numberOf(asked);
  const [, behaviour = 'plain'] = (incoming.url ?? '').split('/');
  await sleep(behaviour === 'late' ? LATE_MS : 1 + (number % 5));
  const common = { id: `chatcmpl-${number}`, created: CREATED, model: asked.model };
  if (/^[45]\d\d$/.test(behaviour)) {
    outgoing.writeHead(Number(behaviour), { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify({ error: { message: `refused ${number}`, type: 'test', param: null, code: null } }));
    return;
  }
  const call = {
    id: `call_${number}`,
    type: 'function',
    function: { name: 'look_up', arguments: JSON.stringify({ number }) },
  };
  const uses = asked.tools !== undefined;
  if (asked.stream !== true) {
    const message = uses
      ? { role: 'assistant', content: null, tool_calls: [call] }
      : { role: 'assistant', content: wordsOf(number).join(''), refusal: null };
    const choice = { index: 0, message, logprobs: null, finish_reason: uses ? 'tool_calls' : 'stop' };
    outgoing.writeHead(200, { 'content-type': 'application/json', 'x-request-id': `req_${number}` });
    outgoing.end(JSON.stringify({ ...common, object: 'chat.completion', choices: [choice], usage: USAGE }));
    return;
  }
  const frame = (choices: readonly object[], rest: object = {}): string =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices, ...rest })}\n\n`;
  const delta = (content: object, finish: string | null = null): string =>
    frame([{ index: 0, delta: content, logprobs: null, finish_reason: finish }]);
  const said = uses ? [{ tool_calls: [{ index: 0, ...call }] }] : wordsOf(number).map((content) => ({ content }));
  const frames = [
    delta({ role: 'assistant', content: '' }),
    ...said.map((each) => delta(each)),
    delta({}, uses ? 'tool_calls' : 'stop'),
    frame([], { usage: USAGE }),
    'data: [DONE]\n\n',
  ];
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'x-request-id': `req_${number}` });
  if (behaviour === 'held') {
    outgoing.write(frames.splice(0, HELD.pieces).join(''));
    await sleep(HELD.ms);
  }
  const half = Math.ceil(frames.length / 2);
  outgoing.write(frames.slice(0, half).join(''));
  await sleep(1);
  outgoing.end(frames.slice(half).join(''));
}

/** What is not HTTP, no JSON, no gzip, no events: in turn. */
export function answerGarbage(outgoing: ServerResponse, turn: number): void {
  const noise = Buffer.from(Array.from({ length: 600 }, (_, index) => (index * 167 + turn * 31) % 251));
  if (turn % 4 === 0) {
    outgoing.socket?.end(noise);
    return;
  }
  const headers = [
    { 'content-type': 'text/html' },
    { 'content-encoding': 'gzip' },
    { 'content-type': 'text/event-stream' },
  ];
  outgoing.writeHead(200, headers[(turn % 4) - 1]);
  outgoing.end(turn % 4 === 1 ? '<html>not an answer</html>' : noise);
}

/** Half an answer, and a reset. */
export async function answerAndReset(outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
  outgoing.write('{"id":"chatcmpl-1","object":"chat.completion","choices":[{"index":0,"mess');
  await sleep(2);
  outgoing.socket?.resetAndDestroy();
}
