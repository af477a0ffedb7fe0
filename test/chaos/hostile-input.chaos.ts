import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { context, propagation, ROOT_CONTEXT, trace, TraceFlags } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { announced, experiment, type Service, startService } from '../integration/service-harness.js';
import { describeWithRedis } from '../servers/found.js';
import { type RedisServer, startRedis } from '../servers/redis.js';
import { fractions } from '../../packages/evaluator/src/stats/mulberry32.js';
import { hostileHeader, hostileName, hostileText } from './hostile-input-words.js';
import { report } from './report.js';
import { scaled } from './scale.js';

const CALLS = scaled(2000, 100);
const AT_ONCE = 16;
const SEED = 5_006_008;
const KEY = 'key-of-the-candidate';

/** What a candidate was asked. */
interface Seen {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly model: unknown;
}

interface Call {
  readonly number: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly baggage: Readonly<Record<string, { readonly value: string }>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Fields of the body beside those, as JSON. */
  readonly more: string;
}

const rows: (string | number)[][] = [];

describeWithRedis('who sends baggage, headers, bodies and answers', () => {
  let redis: RedisServer;
  let service: Service;
  const servers: Server[] = [];
  const seen = new Map<string, Seen[]>();
  let askedElsewhere = 0;
  let origins: { readonly primary: string; readonly candidate: string; readonly elsewhere: string };
  const before = Object.getOwnPropertyNames(Object.prototype);

  async function listen(onBody: (url: string, headers: IncomingHttpHeaders, body: string) => string): Promise<string> {
    const server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const answer = onBody(incoming.url ?? '', incoming.headers, Buffer.concat(chunks).toString());
        outgoing.writeHead(200, { 'content-type': 'application/json' }).end(answer);
      });
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    redis = await startRedis();
    const random = fractions(SEED);
    const elsewhere = await listen(() => {
      askedElsewhere += 1;
      return '{}';
    });
    const primary = await listen(() => answerOf(random, elsewhere));
    const candidate = await listen((url, headers, body) => {
      const { messages, model } = JSON.parse(body) as { messages: readonly { content: string }[]; model: unknown };
      const name = /#\w+/.exec(messages.at(-1)?.content ?? '')?.[0] ?? '';
      seen.set(name, [...(seen.get(name) ?? []), { url, headers, model }]);
      return answerOf(random, elsewhere);
    });
    origins = { primary, candidate, elsewhere };
    service = startService({
      queueUrl: redis.url,
      environment: { HOSTILE_INPUT_KEY: KEY },
      experiments: [
        experiment({
          candidate: { baseUrl: `${candidate}/behind/v1`, model: 'other', apiKey: { env: 'HOSTILE_INPUT_KEY' } },
          sample: { rate: 0.5 },
          shadow: { concurrency: 512 },
          noise: { rate: 0 },
          policy: { gates: { errors: { margin: 0.05 } } },
        }),
      ],
    });
    await announced(service);
  });

  afterAll(async () => {
    await service[Symbol.asyncDispose]();
    for (const server of servers) server.close();
    await redis.stop();
    if (rows.length > 0)
      report(
        'Hostile input: targets, rates and keys',
        {
          columns: [
            '',
            'calls',
            'shadows without',
            'shadows with',
            'other address, header or key',
            'left out, counted',
          ],
          rows,
        },
        [
          'Each call is made twice in the same trace, without and with what tries to set where its shadow goes, how often there is one, and ' +
            `with which key: names of ours, \`__proto__\`, line ends, NUL, signs of direction, half characters (seed ${SEED}). Every answer, the ` +
            "primary's and the candidate's, says the same things. Nobody asked the server that they name.",
        ],
      );
  });

  async function make({ number, headers, baggage, body, more }: Call, name: string): Promise<void> {
    const traceId = (0x9e3779b97f4a7c15n * BigInt(number + 1)).toString(16).slice(-16).padStart(16, '0').repeat(2);
    const span = { traceId, spanId: '00f067aa0ba902b7', traceFlags: TraceFlags.SAMPLED, isRemote: true };
    const parent = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, span), propagation.createBaggage(baggage));
    const messages = [...((body['messages'] as readonly object[] | undefined) ?? []), { role: 'user', content: name }];
    const text = JSON.stringify({ model: 'incumbent', ...body, messages });
    await context.with(parent, async () => {
      const response = await fetch(`${origins.primary}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-primary', ...headers },
        body: `${text.slice(0, -1)}${more}}`,
      });
      expect(response.status).toBe(200);
      await response.text();
    });
  }

  /** Makes each call twice, and compares what the candidate was asked. */
  async function compare(title: string, calls: readonly Call[], mayBeLeftOut: boolean): Promise<void> {
    const dropped = await service.sum('understudy.dropped', { reason: 'disallowed_feature' });
    seen.clear();
    const waiting = [...calls];
    const worker = async (): Promise<void> => {
      for (let call = waiting.shift(); call !== undefined; call = waiting.shift()) {
        await make({ number: call.number, headers: {}, baggage: {}, body: {}, more: '' }, `#plain${call.number}`);
        await make(call, `#hostile${call.number}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    expect(await service.understudy.flush(20_000)).toBe(true);
    const asked = (name: string): Seen[] => seen.get(name) ?? [];
    let [without, withThem, other, leftOut] = [0, 0, 0, 0];
    for (const { number } of calls) {
      const [plain, hostile] = [asked(`#plain${number}`), asked(`#hostile${number}`)];
      without += plain.length;
      withThem += hostile.length;
      if (mayBeLeftOut && hostile.length === 0) leftOut += plain.length;
      else if (JSON.stringify(hostile.map(comparable)) !== JSON.stringify(plain.map(comparable))) other += 1;
    }
    const counted = (await service.sum('understudy.dropped', { reason: 'disallowed_feature' })) - dropped;
    rows.push([title, calls.length, without, withThem, other, counted]);
    expect(other).toBe(0);
    expect(askedElsewhere).toBe(0);
    expect(counted).toBe(leftOut);
    expect(without).toBeGreaterThan(calls.length / 3);
    expect(without).toBeLessThan((calls.length * 2) / 3);
    for (const each of [...seen.values()].flat()) {
      expect(each).toMatchObject({ url: '/behind/v1/chat/completions', model: 'other' });
      expect(each.headers.authorization).toBe(`Bearer ${KEY}`);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  }

  it('in baggage and headers changes nothing', async () => {
    const random = fractions(SEED + 1);
    const calls = Array.from({ length: CALLS }, (_, number): Call => {
      const headers = Object.fromEntries(
        Array.from({ length: 4 }, () => hostileHeader(random, origins.elsewhere)).filter(
          ([name]) => name !== '__proto__',
        ),
      );
      const entries = Array.from({ length: 4 }, () => [
        hostileName(random),
        { value: hostileText(random, origins.elsewhere) },
      ]);
      headers['baggage'] = `understudy.rate=1,understudy.baseUrl=${encodeURIComponent(origins.elsewhere)}`;
      return { number, headers, baggage: Object.fromEntries(entries) as Call['baggage'], body: {}, more: '' };
    });
    await compare('in headers and baggage', calls, false);
  });

  it('in messages, tools and metadata changes nothing', async () => {
    const random = fractions(SEED + 2);
    const said = (): string => hostileText(random, origins.elsewhere);
    const calls = Array.from({ length: CALLS }, (_, number): Call => {
      const call = { id: said(), type: 'function', function: { name: hostileName(random), arguments: said() } };
      const parameters = {
        type: 'object',
        properties: { [hostileName(random)]: { type: 'string', description: said() } },
      };
      return {
        number,
        headers: {},
        baggage: {},
        body: {
          messages: [
            { role: 'system', content: said() },
            { role: 'user', content: [{ type: 'text', text: said() }], name: hostileName(random) },
            { role: 'assistant', content: null, tool_calls: [call] },
            { role: 'tool', tool_call_id: call.id, content: said() },
          ],
          tools: [{ type: 'function', function: { name: hostileName(random), description: said(), parameters } }],
          metadata: { [hostileName(random)]: said(), 'understudy.rate': '1', baseUrl: origins.elsewhere },
          user: said(),
          stop: [said()],
        },
        more: '',
      };
    });
    await compare('in messages, tools and metadata', calls, false);
  });

  it('in fields that no protocol knows leaves the call out at most, and that is counted', async () => {
    const random = fractions(SEED + 3);
    const calls = Array.from({ length: CALLS }, (_, number): Call => {
      const value = JSON.stringify(hostileText(random, origins.elsewhere));
      const name = JSON.stringify(hostileName(random));
      const more = `,${name}:${random() < 0.5 ? value : `{"baseUrl":${value},"rate":1,"__proto__":{"apiKey":${value}}}`}`;
      return { number, headers: {}, baggage: {}, body: {}, more };
    });
    await compare('in fields of the body that no protocol knows', calls, true);
  });
});

function comparable({ url, headers, model }: Seen): unknown {
  const { 'content-length': _, ...rest } = headers;
  return { url, model, headers: Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)) };
}

/** An answer that tries the same. */
function answerOf(random: () => number, elsewhere: string): string {
  const said = (): string => hostileText(random, elsewhere);
  const call = { id: said(), type: 'function', function: { name: hostileName(random), arguments: said() } };
  const message = { role: 'assistant', content: said(), tool_calls: [call], [hostileName(random)]: said() };
  const choices = [{ index: 0, message, finish_reason: random() < 0.5 ? 'tool_calls' : said() }];
  const text = JSON.stringify({ id: said(), model: said(), choices, baseUrl: elsewhere });
  return `${text.slice(0, -1)},"__proto__":{"baseUrl":"${elsewhere}"},"understudy.rate":1}`;
}
