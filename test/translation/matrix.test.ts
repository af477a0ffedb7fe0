import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../packages/instrumentation/src/dialect/json.js';
import type { Leg, Message, Trial } from '../../packages/instrumentation/src/trial/trial.js';
import { TOOL_ARGUMENTS } from '../providers/words.js';
import { type Provider, type Seen, startProvider } from '../providers/provider.js';
import type { Said } from './content.js';
import { DIFFERENCES, expected } from './differences.js';
import type { Speaker } from './sdk.js';
import { type ShadowedService, startShadowed } from './shadowed-service.js';
import { SPEAKERS } from './speakers.js';

/** What a provider learns of a shadow beside the headers of its protocol. */
const HARMLESS = [
  'accept',
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'host',
  'transfer-encoding',
  'user-agent',
];

const MODES = [
  { mode: 'JSON', said: 'whole', stream: false },
  { mode: 'a stream', said: 'whole', stream: true },
  { mode: 'tool calls in JSON', said: 'opening', stream: false },
  { mode: 'tool calls in a stream', said: 'opening', stream: true },
] as const satisfies readonly { mode: string; said: Said; stream: boolean }[];
type Mode = (typeof MODES)[number];

const BEHAVIOUR = { whole: 'plain', opening: 'parallel_tools' } as const;
const [SOURCE_KEY, TARGET_KEY] = ['key-of-the-primary', 'key-of-the-candidate'];

interface Wire {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** Two origins: what the primary sends to its own is for no other. */
let primaries: Provider;
let candidates: Provider;
const owns = new Map<string, Promise<Wire>>();
/** In how many modes a pair was the same. */
const same = new Map<string, number>();

beforeAll(async () => {
  primaries = await startProvider();
  candidates = await startProvider();
});

afterAll(async () => {
  await primaries.close();
  await candidates.close();
  const line = (first: string, cells: readonly string[]): string =>
    [first, ...cells].map((cell) => cell.padEnd(20)).join('');
  const names = SPEAKERS.map(({ dialect }) => dialect);
  const cell = (from: string, to: string): string => {
    const count = same.get(`${from} ${to}`) ?? 0;
    return count === MODES.length ? 'same' : `same in ${count} of ${MODES.length}`;
  };
  const rows = names.map((from) =>
    line(
      from,
      names.map((to) => cell(from, to)),
    ),
  );
  console.log([line('source × target', names), ...rows].join('\n'));
});

function modelOf({ dialect }: Speaker): string {
  return `model-for-${dialect}`;
}

/** What the provider was sent under a prefix, the prefix taken off. */
function sentTo(prefix: string): readonly Wire[] {
  return candidates.seen
    .filter(({ path }) => path.startsWith(prefix))
    .map((seen) => ({
      method: seen.method,
      path: seen.path.slice(prefix.length),
      headers: headersOf(seen),
      body: JSON.parse(Buffer.from(seen.body, 'base64').toString()) as JsonObject,
    }));
}

function headersOf({ headers }: Seen): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headers.flatMap((name, index) => (index % 2 === 0 ? [[name.toLowerCase(), headers[index + 1] ?? '']] : [])),
  );
}

/** The same content by the SDK of the target itself. */
async function ownRequest(target: Speaker, mode: Mode): Promise<Wire> {
  const key = `${target.dialect} ${mode.mode}`;
  const own = owns.get(key) ?? askItself(target, mode);
  owns.set(key, own);
  return await own;
}

async function askItself(target: Speaker, { said, stream }: Mode): Promise<Wire> {
  const prefix = `/own/${target.dialect}/${said}/${stream}/${BEHAVIOUR[said]}${target.prefix}`;
  const baseUrl = `${candidates.origin}${prefix}`;
  await target.ask({ baseUrl, apiKey: TARGET_KEY, model: modelOf(target), said, stream });
  const [own, ...more] = sentTo(prefix);
  if (own === undefined || more.length > 0) throw new Error(`${target.dialect} did not ask once`);
  return own;
}

/** Calls have no id in every protocol. */
function withoutIds(messages: readonly Message[]): readonly Message[] {
  return messages.map((message) => ({
    ...message,
    parts: message.parts.map((part) => (part.type === 'tool_call' ? { ...part, id: null } : part)),
  }));
}

function answerOf(leg: Leg | undefined): unknown {
  if (leg?.status !== 'ok' || leg.answer.kind !== 'text') return leg;
  const { inputTokens, outputTokens } = leg.usage ?? {};
  return { messages: withoutIds(leg.answer.messages), finish: leg.finish, inputTokens, outputTokens };
}

const called = (name: string): Message['parts'][number] => ({
  type: 'tool_call',
  id: null,
  name,
  arguments: JSON.stringify(TOOL_ARGUMENTS),
});
const ANSWERS = {
  whole: { parts: [{ type: 'text', content: '{"answer":"forty-two"}' }], finish: 'stop' },
  opening: { parts: [called('get_weather'), called('get_time')], finish: 'tool_call' },
} as const;

describe.each(SPEAKERS)('$dialect', (source) => {
  describe.each(MODES)('$mode', (mode) => {
    const root = `/from/${source.dialect}/${mode.said}/${mode.stream}`;
    const behaviour = BEHAVIOUR[mode.said];
    let service: ShadowedService;
    let trials: readonly Trial[];

    const prefixOf = (target: Speaker): string => `${root}/to/${target.dialect}/${behaviour}${target.prefix}`;

    beforeAll(async () => {
      const arms = SPEAKERS.map((target) => [
        target.dialect,
        { dialect: target.dialect, model: modelOf(target), baseUrl: `${candidates.origin}${prefixOf(target)}` },
      ]);
      service = await startShadowed(Object.fromEntries(arms), TARGET_KEY);
      const baseUrl = `${primaries.origin}${root}/primary/${behaviour}${source.prefix}`;
      const { said, stream } = mode;
      await service.tapped(() =>
        source.ask({ baseUrl, apiKey: SOURCE_KEY, model: 'model-of-the-primary', said, stream }),
      );
      trials = await service.trials();
    });

    afterAll(async () => service[Symbol.asyncDispose]());

    it.each(SPEAKERS)('reaches $dialect as its own SDK would have said it', async (target) => {
      expect(await service.dropped(target.dialect)).toEqual({});
      const own = await ownRequest(target, mode);
      const [shadow, ...more] = sentTo(prefixOf(target));
      expect(more).toEqual([]);
      expect(shadow?.method).toBe(own.method);
      expect(shadow?.path).toBe(own.path);
      expect(shadow?.body).toEqual(expected(source.dialect, target.dialect, own.body));
      const headers = Object.entries(shadow?.headers ?? {});
      for (const name of ['content-type', ...target.headers]) expect(shadow?.headers[name]).toBe(own.headers[name]);
      const known = [...HARMLESS, ...target.headers];
      expect(headers.map(([name]) => name).filter((name) => !known.includes(name))).toEqual([]);
      expect(JSON.stringify(headers)).not.toContain(SOURCE_KEY);
      const pair = `${source.dialect} ${target.dialect}`;
      same.set(pair, (same.get(pair) ?? 0) + 1);
    });

    it('comes back in the canonical form, the same of all', () => {
      const { parts, finish } = ANSWERS[mode.said];
      const answer = { messages: [{ role: 'assistant', parts }], finish, inputTokens: 11, outputTokens: 7 };
      const [trial] = trials;
      expect(answerOf(trial?.primary)).toEqual(answer);
      for (const { dialect } of SPEAKERS) expect([dialect, answerOf(trial?.legs[dialect])]).toEqual([dialect, answer]);
    });
  });
});

describe('the differences that are allowed', () => {
  it.each(DIFFERENCES)('are one: $path to $to', async ({ from, to }) => {
    for (const target of SPEAKERS.filter(({ dialect }) => to.includes(dialect))) {
      const { body } = await ownRequest(target, MODES[0]);
      for (const source of from) expect(expected(source, target.dialect, body)).not.toEqual(body);
    }
  });
});
