import { describe, expect, it } from 'vitest';
import { callOf } from '../capture/call.test.support.js';
import type { Dialect } from '../dialect/dialect.js';
import type { JsonObject } from '../dialect/json.js';
import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { Candidate } from '../experiment/definition.js';
import { inputBound } from './input-bound.js';
import { prepareOverHttp, type Arm, type Prepared, type Transform } from './prepare.js';
import { Secret } from './secret.js';
import type { Transport, TransportRequest } from './undici.js';

/** Another protocol that happens to be written alike: what is tried here is the way to it. */
const other: Dialect = { ...openaiChat, name: 'other-chat' };
const silent: Dialect = { ...openaiChat, name: 'silent-chat', shadow: null };
const url = new URL('https://api.openai.com/v1/chat/completions');
const REQUEST = { model: 'gpt-5', messages: [{ role: 'user', content: 'Hi' }], temperature: 1 };

interface Sent {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly model: string | null;
}

const LIMITS = { timeoutMs: 1000, maxBytes: 1e6, keepContent: true, now: () => performance.now() };

function arm(candidate: Candidate | null, change: Partial<Arm> = {}): Arm {
  return { name: 'mini', candidate, apiKey: null, transform: null, ...change };
}

async function sent(each: Arm, request: JsonObject = REQUEST): Promise<Sent | string> {
  const seen: TransportRequest[] = [];
  const transport: Transport = {
    send: async (what) => {
      seen.push(what);
      return { status: 503, headers: {}, body: (async function* () {})() };
    },
    close: () => undefined,
  };
  const headers = new Map([['authorization', 'Bearer primary']]);
  const call = callOf({
    request: { operation: 'chat', model: 'gpt-5', stream: request['stream'] === true },
    wire: { url, headers, body: JSON.stringify(request) },
  });
  const prepared: Prepared = prepareOverHttp(() => transport, [openaiChat, other])(call, each);
  if (prepared.status === 'refused') return `${prepared.reason}: ${prepared.detail}`;
  expect(await prepared.shadow.run(LIMITS, new AbortController().signal)).toMatchObject({ type: '503' });
  const [one] = seen;
  if (one === undefined) throw new Error('nothing was sent');
  const body = JSON.parse(one.body) as JsonObject;
  return { url: one.url.href, headers: one.headers, body, model: prepared.shadow.request.model };
}

describe('prepareOverHttp', () => {
  it('asks the incumbent the same again', async () => {
    const headers = expect.objectContaining({ authorization: 'Bearer primary' }) as unknown;
    expect(await sent(arm(null))).toMatchObject({ url: url.href, headers, body: REQUEST, model: 'gpt-5' });
  });

  it.each([
    ['a text', 'new', 'old', 'new'],
    ['replace', { replace: 'new' }, 'old', 'new'],
    ['prepend', { prepend: 'first' }, 'old', 'first\n\nold'],
    ['append', { append: 'last' }, 'old', 'old\n\nlast'],
    ['append to nothing', { append: 'last' }, null, 'last'],
  ])('changes the system prompt: %s', async (_, system, present, expected) => {
    const messages = [...(present === null ? [] : [{ role: 'system', content: present }]), ...REQUEST.messages];
    const made = await sent(arm({ system }), { ...REQUEST, messages });
    expect(made).toMatchObject({ body: { messages: [{ role: 'system', content: expected }, ...REQUEST.messages] } });
  });

  it('merges parameters, and leaves out what the candidate does without', async () => {
    const request = { ...REQUEST, seed: 7, response_format: { type: 'json_object' } };
    const made = await sent(arm({ omit: ['seed'], parameters: { temperature: null, extra_body: { a: 1 } } }), request);
    expect(made).toMatchObject({
      body: { model: 'gpt-5', extra_body: { a: 1 }, response_format: request.response_format },
    });
    expect(Object.keys((made as Sent).body)).toEqual(['model', 'messages', 'response_format', 'extra_body']);
  });

  it('has no other model answer for a candidate that names its own, or its own host', async () => {
    const request = { ...REQUEST, models: ['gpt-5'] };
    const noise = (await sent(arm(null), request)) as Sent;
    expect(noise.body).toEqual(request);
    for (const candidate of [{ model: 'small' }, { baseUrl: 'https://other.example/v1' }])
      expect(((await sent(arm(candidate), request)) as Sent).body).not.toHaveProperty('models');
  });

  it.each([
    [{}, 'authorization', 'Bearer own'],
    [{ keyHeader: 'X-Gateway-Key' }, 'x-gateway-key', 'own'],
    [{ keyHeader: 'Authorization' }, 'authorization', 'Bearer own'],
    [{ baseUrl: 'https://x.openai.azure.com/openai/deployments/d' }, 'api-key', 'own'],
  ])('carries its own key as %j wants it, and never the primary beside it', async (candidate, name, value) => {
    const { headers } = (await sent(arm(candidate, { apiKey: new Secret('own') }))) as Sent;
    expect(headers[name]).toBe(value);
    expect(JSON.stringify(headers)).not.toContain('primary');
  });

  it('adds parameters to the URL', async () => {
    const baseUrl = 'https://x.openai.azure.com/openai/deployments/d';
    expect(await sent(arm({ baseUrl, query: { 'api-version': '2024-10-21' } }))).toMatchObject({
      url: `${baseUrl}/chat/completions?api-version=2024-10-21`,
    });
  });

  it('speaks another dialect, behind the base URL, with no word of the primary to the other host', async () => {
    const candidate = {
      dialect: 'other-chat',
      baseUrl: 'https://other.example/api',
      model: 'small',
      omit: ['temperature'],
    };
    const made = (await sent(arm(candidate, { apiKey: new Secret('own') }))) as Sent;
    expect(made).toMatchObject({ url: 'https://other.example/api/chat/completions', model: 'small' });
    expect(made.body).toEqual({ model: 'small', messages: REQUEST.messages });
    expect(made.headers['authorization']).toBe('Bearer own');
    expect(JSON.stringify(made)).not.toContain('primary');
  });

  it.each([
    [
      arm({ dialect: 'other-chat', baseUrl: 'https://o.example' }),
      { ...REQUEST, n: 3 },
      'untranslatable: several choices',
    ],
    [arm({}), { ...REQUEST, web_search_options: {} }, 'disallowed_feature: the field `web_search_options`'],
    [arm({}), { ...REQUEST, 'odd\nname': 1 }, 'disallowed_feature: a field whose name is no word'],
    [arm({}), { model: 'm' }, 'untranslatable: a body that is no request'],
  ])('says why there is no shadow: %#', async (each, request, expected) => {
    expect(await sent(each, request)).toBe(expected);
  });

  it('makes no shadow of a call of a dialect that is never repeated', () => {
    const call = callOf({ wire: { dialect: silent, url } });
    const prepare = prepareOverHttp(() => expect.fail('no transport is needed'), [openaiChat]);
    expect(prepare(call, arm(null))).toMatchObject({ status: 'refused' });
  });

  describe('a transform', () => {
    const transformed = (transform: Transform): Promise<Sent | string> => sent(arm({ version: '1' }, { transform }));

    it('has the last word on the body, and on the model the span names', async () => {
      const made = await transformed((body) => ({ ...body, model: 'tuned', top_p: 0.5 }));
      expect(made).toMatchObject({ model: 'tuned', body: { ...REQUEST, model: 'tuned', top_p: 0.5 } });
    });

    it('gets a copy', async () => {
      await transformed((body) => Object.assign(body, { model: 'tuned' }));
      expect(REQUEST.model).toBe('gpt-5');
    });

    it.each([
      ['an effect', (body: JsonObject) => ({ ...body, tools: [{ type: 'mcp' }] })],
      ['a stream', (body: JsonObject) => ({ ...body, stream: true })],
      ['nothing', () => null as unknown as JsonObject],
    ])('cannot ask for %s', async (_, transform) => {
      expect(await transformed(transform)).toMatch(/^disallowed_feature: /);
    });
  });
});

describe('what a shadow may take at the most', () => {
  const asked = { ...REQUEST, max_tokens: 500 };

  /** Its limits, and the size of its body beside what is taken for it; `described`: how often its body was looked through for that. */
  function sizeOf(
    each: Arm,
    request: JsonObject = asked,
  ): { readonly limit: unknown; readonly tokens: number; readonly body: string; readonly described: number } {
    let described = 0;
    const requestAttributes: Dialect['requestAttributes'] = (text) => {
      if (text.includes('messages')) described += 1;
      return openaiChat.requestAttributes(text);
    };
    let body = '';
    const change = openaiChat.shadow?.change;
    if (change === undefined) throw new Error('a dialect without shadows');
    const dialect = {
      ...openaiChat,
      requestAttributes,
      shadow: {
        ...openaiChat.shadow,
        change: (...args: Parameters<typeof change>) => {
          const changed = change(...args);
          if (changed.status === 'ok') ({ body } = changed);
          return changed;
        },
      },
    } as Dialect;
    const text = JSON.stringify(request);
    const skimmed = openaiChat.skim({ url, body: text });
    if (skimmed === null) throw new Error('no request');
    const call = callOf({ request: skimmed, wire: { url, headers: new Map(), body: text, dialect } });
    const prepared = prepareOverHttp(() => ({}) as Transport, [dialect, other])(call, each);
    if (prepared.status === 'refused') throw new Error(prepared.detail);
    const { 'gen_ai.request.max_tokens': limit } = prepared.shadow.limits();
    return { limit, tokens: prepared.shadow.inputTokens(), body, described };
  }

  it.each<[string, Candidate | null, unknown]>([
    ['of the incumbent once more', null, 500],
    ['of another model', { model: 'mini', system: { append: 'Be brief.' } }, 500],
    ['with other parameters', { model: 'mini', parameters: { temperature: 0, seed: 7 } }, 500],
  ])('%s is known without another look at its prompt', (_, candidate, limit) => {
    const size = sizeOf(arm(candidate));
    expect(size).toMatchObject({ limit, described: 0 });
    expect(size.tokens).toBeGreaterThanOrEqual(inputBound(size.body));
    expect(size.tokens).toBeLessThan(inputBound(size.body) + 50);
  });

  it.each<[string, Arm, unknown]>([
    ['another limit', arm({ parameters: { max_tokens: 9 } }), 9],
    ['a limit beside the one it has', arm({ parameters: { max_completion_tokens: 900 } }), 900],
    ['none', arm({ omit: ['max_tokens'] }), undefined],
    ['a transform', arm({}, { transform: (body) => ({ ...body, max_tokens: 8 }) }), 8],
    ['another protocol', arm({ dialect: 'other-chat', baseUrl: 'https://b.example/v1' }), 500],
  ])('is what its own body says where it has %s', (_, each, limit) => {
    const size = sizeOf(each);
    expect(size.limit).toBe(limit);
    expect(size.tokens).toBeGreaterThanOrEqual(inputBound(size.body));
  });

  it('counts what the candidate declares, however large it is', () => {
    const system = 'Auf gut Glück. '.repeat(1000);
    const size = sizeOf(arm({ system, parameters: { metadata: { note: 'x'.repeat(1000) } } }));
    expect(size.body.length).toBeGreaterThan(15_000);
    expect(size.tokens).toBeGreaterThanOrEqual(inputBound(size.body));
  });
});
