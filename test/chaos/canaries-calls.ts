import { context, trace, type Span, type Tracer } from '@opentelemetry/api';
import { generateText, streamText, wrapLanguageModel } from 'ai';
import OpenAI from 'openai';
import { understudyMiddleware } from '../../packages/instrumentation/src/ai-sdk.js';
import type { UnderstudyInstrumentation } from '../../packages/instrumentation/src/index.js';
import { ScriptedModel } from '../functions/models.js';
import { MARK, SECRETS, TEXT, WORD } from '../privacy/secrets.js';
import { SPEAKERS } from './canaries-protocols.js';
import type { Said } from './canaries-speaker.js';
import { streams, TROUBLED_WAYS, WAYS } from './canaries-provider.js';

/** The attribute by which a trial tells which path its call took. */
export const PATH_ATTRIBUTE = 'app.path';

/** Keys, of the incumbent and of a candidate: found anywhere, one has leaked. */
export const KEYS = { incumbent: `key-${MARK}-${WORD}`, candidate: `other-${MARK}-${WORD}` } as const;

/** What is said where a name should be: never a name, and with a secret of one kind. */
function nameOf(index: number): string {
  const secrets = Object.values(SECRETS);
  return `${MARK}\n${secrets[index % secrets.length]?.[1]}`;
}

export const SAID: Said = { text: TEXT, name: nameOf(0) };

/** One path that a call can take through a service. */
type Path = (index: number, troubled: boolean) => Promise<unknown>;

/** Makes calls over every path there is, one after the other; `troubled`, with a provider that fails and limits as well. */
export function markedCalls(
  understudy: UnderstudyInstrumentation,
  tracer: Tracer,
  origin: string,
): { readonly paths: readonly string[]; call(index: number, troubled: boolean): Promise<void> } {
  const paths: [string, Path][] = [
    ...SPEAKERS.map((speaker): [string, Path] => [
      speaker.name,
      async (index, troubled) => {
        const ways = troubled ? [...WAYS, ...TROUBLED_WAYS] : WAYS;
        const way = ways[index % ways.length] ?? 'plain';
        const asked = { text: TEXT, name: nameOf(index), stream: streams(way), files: index % 3 === 0 };
        const url = `${origin}/${way}${speaker.path(asked)}`;
        await over(url, speaker.body(asked), '0', way === 'abort');
        if (way === 'retried' || way === 'limited') await over(url, speaker.body(asked), '1', false);
      },
    ]),
    ['openai sdk', async (index, troubled) => await overSdk(origin, index, troubled)],
    ['functions', functionCalls(understudy)],
    ['ai sdk', modelCalls(understudy)],
  ];
  return {
    paths: paths.map(([name]) => name),
    async call(index, troubled) {
      const [name, path] = paths[index % paths.length] ?? ['', async () => undefined];
      const span = tracer.startSpan('request', { root: true, attributes: { [PATH_ATTRIBUTE]: name } });
      await withSpan(span, async () => await path(Math.floor(index / paths.length), troubled));
      span.end();
    },
  };
}

async function withSpan(span: Span, run: () => Promise<unknown>): Promise<void> {
  try {
    await context.with(trace.setSpan(context.active(), span), run);
  } catch {
    // The ways that fail do.
  }
}

async function over(url: string, body: object, resent: string, abort: boolean): Promise<void> {
  const aborting = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${KEYS.incumbent}`,
      'x-goog-api-key': KEYS.incumbent,
      'x-session': MARK,
      'x-stainless-retry-count': resent,
    },
    body: JSON.stringify(body),
    signal: aborting.signal,
  });
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    if (abort) aborting.abort(new DOMException(TEXT, 'AbortError'));
  }
}

async function overSdk(origin: string, index: number, troubled: boolean): Promise<void> {
  const way = ['plain', 'stream', 'retried', troubled ? 'failed' : 'refused'][index % 4] ?? 'plain';
  const client = new OpenAI({ baseURL: `${origin}/${way}/v1`, apiKey: KEYS.incumbent, maxRetries: 1, logLevel: 'off' });
  const request = { model: 'incumbent-model', messages: [{ role: 'user' as const, content: TEXT }] };
  if (way !== 'stream') return void (await client.chat.completions.create(request));
  for await (const _ of await client.chat.completions.create({ ...request, stream: true }));
}

function functionCalls(understudy: UnderstudyInstrumentation): Path {
  const answer = async (index: number): Promise<unknown> => {
    if (index % 4 === 1) throw Object.assign(new Error(TEXT, { cause: TEXT }), { code: TEXT, name: TEXT });
    return index % 4 === 2 ? { text: TEXT, deep: [TEXT] } : TEXT;
  };
  const classify = understudy.shadowed(
    async (_text: string, index: number, _rest: object) => await answer(index),
    async (_text: string, index: number) => await answer(index + 1),
    { experiment: 'functions', operation: 'classify', model: (_text, index) => nameOf(index), provider: 'own' },
  );
  return async (index) => await classify(TEXT, index, index % 5 === 0 ? { [MARK]: () => TEXT } : { [MARK]: TEXT });
}

function modelCalls(understudy: UnderstudyInstrumentation): Path {
  let turn = 0;
  /** @param breaks An error among the parts of a stream now and then. */
  const model = (id: string, breaks: boolean): ScriptedModel =>
    new ScriptedModel(id, () => {
      turn += 1;
      if (turn % 5 === 0) throw new Error(TEXT);
      if (turn % 5 === 1 && breaks) return { kind: 'breaks' };
      return turn % 2 === 0
        ? { kind: 'says', text: TEXT }
        : { kind: 'calls', tool: nameOf(turn), input: JSON.stringify({ q: TEXT }) };
    });
  const candidates = model('candidate-model', false);
  const middleware = understudyMiddleware(understudy, { experiment: 'models', candidates }) as never;
  const whole = wrapLanguageModel({ model: model('incumbent-model', false), middleware });
  const streamed = wrapLanguageModel({ model: model('incumbent-model', true), middleware });
  return async (index) => {
    const asked = { system: TEXT, prompt: TEXT, maxRetries: index % 3 };
    if (index % 2 === 0) return await generateText({ ...asked, model: whole });
    const { textStream } = streamText({ ...asked, model: streamed, onError: () => undefined });
    for await (const _ of textStream);
    return undefined;
  };
}
