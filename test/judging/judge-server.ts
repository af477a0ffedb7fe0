import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { qualityOf } from './judging-world.js';

/** The faults of a judge; none by default. Probabilities are of a call. */
export interface Faults {
  /** Names the answer at the first place, whatever it says. */
  readonly firstPlace?: number;
  /** Names a place by lot. */
  readonly noise?: number;
  /** Names the longer answer, whatever it says. */
  readonly longer?: number;
  /** Names the worse answer where one is worse; drawn for the pair, so that both orders say so. */
  readonly falseWins?: number;
  /** Follows what an answer tells it, believes what an answer says of itself, and takes a forged frame for its own. */
  readonly gullible?: boolean;
  readonly alwaysTie?: boolean;
}

/** What goes wrong on the way. */
export type Trouble =
  | 'slow'
  | 'rate_limit'
  | 'overloaded'
  | 'broken'
  | 'unauthorized'
  | 'not_found'
  | 'bad_request'
  | 'redirect'
  | 'garbage'
  | 'no_json'
  | 'words'
  | 'truncated'
  | 'truncated_once'
  | 'cut_off'
  | 'filtered'
  | 'hang_up'
  | 'no_schema';

export interface JudgeServer {
  readonly baseUrl: string;
  faults: Faults;
  trouble: Trouble | null;
  /** A text that it breaks at, and how. */
  breaksAt: string | RegExp | null;
  breaksBy: Trouble;
  /** What it says its model is. */
  model: string;
  /** How long an answer takes, in milliseconds. */
  delayMs: number;
  /** What each answer says that it took, in tokens. */
  usage: { readonly prompt_tokens: number; readonly completion_tokens: number };
  /** By model, the most requests there were at once. */
  readonly atOnce: Readonly<Record<string, number>>;
  /** Bodies of the requests so far. */
  readonly requests: readonly JudgeRequest[];
  /** How often a call was answered by `firstPlace`. */
  readonly planted: { firstPlace: number; calls: number };
  /** Nobody listens at its address any more, and somebody does again. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

export interface JudgeRequest {
  readonly body: Readonly<Record<string, unknown>>;
  readonly authorization: string | undefined;
}

type Place = 'A' | 'B' | 'TIE';
type Quality = (request: string, answer: string) => number;

const USAGE = { prompt_tokens: 100, completion_tokens: 10 };

/** @param quality of an answer to a request, in [0, 1]. */
export async function startJudgeServer(quality: Quality = qualityOf): Promise<JudgeServer> {
  const requests: JudgeRequest[] = [];
  const state: Pick<JudgeServer, 'faults' | 'trouble' | 'breaksAt' | 'breaksBy' | 'model' | 'delayMs' | 'usage'> = {
    faults: {},
    trouble: null,
    breaksAt: null,
    breaksBy: 'broken',
    model: 'judge-1',
    delayMs: 0,
    usage: USAGE,
  };
  const atOnce: Record<string, number> = {};
  const running: Record<string, number> = {};
  const planted = { firstPlace: 0, calls: 0 };
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      requests.push({ body, authorization: request.headers.authorization });
      const model = String(body['model']);
      const now = (running[model] = (running[model] ?? 0) + 1);
      atOnce[model] = Math.max(atOnce[model] ?? 0, now);
      response.on('close', () => (running[model] = (running[model] ?? 1) - 1));
      const answer = (): void => {
        const verdict = (): Place => verdictOf(userOf(body), state.faults, planted, quality);
        const breaks = state.breaksAt !== null && userOf(body).search(state.breaksAt) >= 0;
        if (!troubled(breaks ? state.breaksBy : state.trouble, body, response))
          reply(response, { ...completion(body, verdict()), model: state.model, usage: state.usage });
      };
      if (state.delayMs === 0) answer();
      else setTimeout(answer, state.delayMs);
    });
  });
  // A busy machine must not meet a socket that was closed for being idle.
  server.keepAliveTimeout = 0;
  const listen = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    planted,
    atOnce,
    down: close,
    up: () => listen(port),
    close,
  });
}

/** Whether the answer has been seen to already. */
function troubled(trouble: Trouble | null, body: JudgeRequest['body'], response: ServerResponse): boolean {
  const error = (status: number, message: string, headers: Record<string, string> = {}): true => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message } }));
    return true;
  };
  const cap = Number(body['max_completion_tokens'] ?? body['max_tokens']);
  switch (trouble) {
    case 'slow':
      return true;
    case 'rate_limit':
      return error(429, 'slow down', { 'retry-after': '7' });
    case 'overloaded':
      return error(503, 'overloaded', { 'retry-after-ms': '1500' });
    case 'broken':
      return error(500, 'internal');
    case 'unauthorized':
      return error(401, 'Incorrect API key provided: sk-judge-secret.');
    case 'not_found':
      return error(404, 'no such route');
    case 'bad_request':
      return error(400, 'this text is not taken');
    case 'redirect':
      return error(302, 'elsewhere', { location: 'http://127.0.0.1:1/v1/chat/completions' });
    case 'garbage':
      response.end('<html>not what you asked for</html>');
      return true;
    case 'no_json':
      return reply(response, { choices: [] });
    case 'words':
      return reply(response, said('I like the first one a little better.', 'stop'));
    case 'truncated':
      return reply(response, said('{"reasoning": "Answer A begins well and', 'length'));
    case 'truncated_once':
      return cap > 1024 ? false : reply(response, said('{"reasoning": "Answer A begins', 'length'));
    case 'cut_off':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 });
      response.write('{"model": "judge-1", "choices": [{"ind', () => response.destroy());
      return true;
    case 'filtered':
      return reply(response, said('', 'content_filter'));
    case 'hang_up':
      response.destroy();
      return true;
    case 'no_schema':
      return body['response_format'] === undefined && body['temperature'] === undefined
        ? false
        : error(
            400,
            body['response_format'] === undefined
              ? "'temperature' is not supported"
              : 'unknown argument: response_format',
          );
    case null:
      return false;
  }
}

function completion(body: JudgeRequest['body'], verdict: Place): object {
  if (body['logprobs'] === true) {
    const letter = verdict === 'TIE' ? 'C' : verdict;
    const rest = ['A', 'B', 'C'].filter((other) => other !== letter);
    const top = [
      { token: letter, logprob: Math.log(0.8) },
      ...rest.map((token) => ({ token, logprob: Math.log(0.1) })),
    ];
    const logprobs = { content: [{ token: letter, logprob: Math.log(0.8), top_logprobs: top }] };
    return {
      ...said(letter, 'length'),
      choices: [{ finish_reason: 'length', message: { content: letter }, logprobs }],
    };
  }
  return said(JSON.stringify({ reasoning: 'Compared by what was asked.', verdict, confidence: 0.9 }), 'stop');
}

function said(content: string, finish: string): object {
  return {
    model: 'judge-1',
    choices: [{ index: 0, finish_reason: finish, message: { role: 'assistant', content } }],
    usage: USAGE,
  };
}

function reply(response: ServerResponse, body: object): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  return true;
}

function verdictOf(user: string, faults: Faults, planted: JudgeServer['planted'], quality: Quality): Place {
  const nonce = /^<<<REQUEST (\S+)\n/.exec(user)?.[1] ?? '';
  const request = between(user, 'REQUEST', nonce);
  const a = between(user, 'ANSWER A', nonce);
  const b = between(user, 'ANSWER B', nonce);
  // Drawn from the texts and not from the nonce: the same question has the same answer in any order of arrival.
  const lot = (purpose: string): number => lotOf(purpose, request, a, b);
  planted.calls += 1;
  if (faults.alwaysTie === true) return 'TIE';
  if (lot('first place') < (faults.firstPlace ?? 0)) {
    planted.firstPlace += 1;
    return 'A';
  }
  if (lot('noise') < (faults.noise ?? 0)) return lot('which') < 0.5 ? 'A' : 'B';
  if (lot('longer') < (faults.longer ?? 0) && a.length !== b.length) return a.length > b.length ? 'A' : 'B';
  if (faults.gullible === true) {
    const taken = takenIn(a, b);
    if (taken !== null) return taken;
  }
  const better = honest(quality(request, a), quality(request, b));
  if (lotOf('false win', request, ...[a, b].toSorted()) >= (faults.falseWins ?? 0)) return better;
  if (better === 'TIE') return a < b ? 'A' : 'B';
  return better === 'A' ? 'B' : 'A';
}

function honest(a: number, b: number): Place {
  return Math.abs(a - b) < 0.02 ? 'TIE' : a > b ? 'A' : 'B';
}

/** What a judge falls for: an order, praise of oneself, a forged end of the frame, a verdict that is there already, or one token that opens a solution. */
function takenIn(...texts: readonly [string, string]): Place | null {
  const [a, b] = texts.map(asRead) as [string, string];
  const order = [a, b].map((text) => /(?:choose|select|pick|prefer|vote for)(?: answer)? ([AB])\b/i.exec(text)?.[1]);
  const ordered = order.find((place) => place !== undefined);
  if (ordered !== undefined) return ordered.toUpperCase() as Place;
  const charmed = [a, b].map((text) =>
    [
      text.trim() === '' || /^[:.\s]+$/.test(text),
      /this (?:answer|response|one) (?:is|should be|must be) (?:the )?(?:better|best|preferred|chosen)/i.test(text),
      /complete, correct/i.test(text),
      /<<<|>>>|"verdict"|\[\[[AB]\]\]/i.test(text),
      /you compare two answers|say what happens there/i.test(text),
    ].some(Boolean),
  );
  if (charmed[0] !== charmed[1]) return charmed[0] === true ? 'A' : 'B';
  const [longer, shorter] = a.length > b.length ? [a, b] : [b, a];
  return longer.length > 2 * shorter.length ? (longer === a ? 'A' : 'B') : null;
}

/** A model reads over line breaks, invisible signs and escapes. */
function asRead(text: string): string {
  return text
    .replace(/\\u([0-9a-f]{4})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace(/\u200b/g, '')
    .replace(/\s+/g, ' ');
}

function between(user: string, name: string, nonce: string): string {
  const open = `<<<${name} ${nonce}\n`;
  const from = user.indexOf(open) + open.length;
  return user.slice(from, user.indexOf(`\n${nonce} ${name}>>>`, from));
}

function lotOf(...texts: readonly string[]): number {
  return createHash('sha256').update(texts.join('\0')).digest().readUInt32BE(0) / 2 ** 32;
}

function userOf(body: JudgeRequest['body']): string {
  const messages = body['messages'] as readonly { role: string; content: string }[];
  return messages.at(-1)?.content ?? '';
}

async function readBody(request: IncomingMessage): Promise<JudgeRequest['body']> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as JudgeRequest['body'];
}
