import { whyUnanswered } from '../errors.js';

/** An endpoint to be tried. */
export interface Asked {
  readonly baseUrl: string;
  readonly dialect: string;
  readonly model: string;
  /** Null for a server that wants none. */
  readonly apiKey: string | null;
  readonly keyHeader?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
}

export type Answered =
  | { readonly status: 'answered'; readonly ms: number }
  | { readonly status: 'refused'; readonly http: number }
  | { readonly status: 'unreached'; readonly why: string };

/** The smallest request of each protocol, and the header its key goes into. */
const PROTOCOLS: Readonly<
  Record<string, (model: string) => { readonly path: string; readonly body: object; readonly key: string }>
> = {
  'openai-chat': (model) => ({ path: '/chat/completions', body: { model, messages: WORD }, key: BEARER }),
  'openai-responses': (model) => ({ path: '/responses', body: { model, input: 'ok?' }, key: BEARER }),
  'anthropic-messages': (model) => ({
    path: '/v1/messages',
    body: { model, max_tokens: 16, messages: WORD },
    key: 'x-api-key',
  }),
  'gemini-generate': (model) => ({
    path: `/models/${encodeURIComponent(model)}:generateContent`,
    body: { contents: [{ role: 'user', parts: [{ text: 'ok?' }] }] },
    key: 'x-goog-api-key',
  }),
  'ollama-chat': (model) => ({ path: '/api/chat', body: { model, messages: WORD, stream: false }, key: BEARER }),
};

const BEARER = 'authorization';
const WORD = [{ role: 'user', content: 'ok?' }];
const TIMEOUT_MS = 30_000;

/** Whether the protocol can be tried. */
export function isKnownDialect(dialect: string): boolean {
  return Object.hasOwn(PROTOCOLS, dialect);
}

/** Asks a model one word, as a shadow would: the bill is a few tokens. Never throws; of an answer nothing is kept. */
export async function askModel(asked: Asked, timeoutMs: number = TIMEOUT_MS): Promise<Answered> {
  const { baseUrl, dialect, model, apiKey, keyHeader, headers = {}, query = {} } = asked;
  const protocol = PROTOCOLS[dialect]?.(model);
  if (protocol === undefined) return { status: 'unreached', why: `the protocol ${dialect} is not known` };
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${protocol.path}`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const name = keyHeader ?? protocol.key;
  const key = apiKey === null ? {} : { [name]: name === BEARER ? `Bearer ${apiKey}` : apiKey };
  const version = dialect === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {};
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...version, ...headers, ...key },
      body: JSON.stringify(protocol.body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel().catch(() => undefined);
    if (!response.ok) return { status: 'refused', http: response.status };
    return { status: 'answered', ms: performance.now() - startedAt };
  } catch (error) {
    return { status: 'unreached', why: whyUnanswered(error, `${timeoutMs / 1000} s`) };
  }
}
