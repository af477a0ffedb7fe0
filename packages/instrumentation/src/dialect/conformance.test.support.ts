import { describe, expect, test } from 'vitest';
import type { Message } from '../trial/trial.js';
import type { CanonicalRequest } from './canonical.js';
import type { AnswerReader, ChangedRequest, Dialect, ModelAnswer, ModelRequest, RequestChange } from './dialect.js';
import { isObject, type JsonObject } from './json.js';

/** What a dialect is held to: requests and answers in the shape its provider has them, and what they say. */
export interface DialectFixtures {
  /** Of {@link request}. */
  readonly url: string;
  /** A request that uses much of the protocol, and nothing that is stripped or refused. */
  readonly request: JsonObject;
  /** URLs it must not take for its own. */
  readonly notOurs: readonly string[];
  readonly skimmed: ModelRequest;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly messages: readonly Message[];
  /** What {@link json} and {@link stream} both say. */
  readonly answer: ModelAnswer;
  readonly json: string;
  /** `null`: it never comes as one. */
  readonly stream: string | null;
  /** Whether the stream says itself that it is over. */
  readonly terminal: boolean;
  /** Texts of whole answers or streams, and the error type they hold. */
  readonly errors: readonly (readonly [text: string, errorType: string])[];
  /** `null` for a dialect that is never repeated. */
  readonly shadow: ShadowFixtures | null;
}

export interface ShadowFixtures {
  /** Fields that leave no trace in the shadow's request. */
  readonly stripped: JsonObject;
  /** Fields that make a request one which is not repeated. */
  readonly refused: readonly JsonObject[];
  /** The request's system prompt after `{ replace: 'new' }`, as `messages` shows it; the rest of the messages stays. */
  readonly systemRole: string;
  /** The request in canonical words; `null` for a dialect spoken only among its own. */
  readonly canonical: CanonicalRequest | null;
  /** Fields that have no canonical word. */
  readonly untranslatable: readonly JsonObject[];
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const GARBAGE = [
  '',
  '<html></html>',
  '{"a":',
  '[]',
  '[1,"]',
  'data: nonsense\n\n',
  'null',
  '{}',
  '\u0000',
  '{"error":7}',
];

/** What throws where it is made a text or a number of, and words that every object knows. */
const HOSTILE = [{ toString: 1, valueOf: 1 }, [{ toString: 1, valueOf: 1 }], 'constructor', '__proto__', 1, null];
/** Names below the top level that fixtures need not have. */
const NESTED = ['stop', 'stopSequences', 'num_predict', 'responseMimeType', 'type', 'id', 'minItems'];

/** A request with something else in place of each of its values in turn, at whatever depth. */
function* replaced(value: unknown, by: unknown): Iterable<unknown> {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    for (const [index, each] of list.entries()) for (const other of replaced(each, by)) yield list.with(index, other);
  } else if (isObject(value)) {
    const names = new Set([...Object.keys(value), ...NESTED]);
    for (const name of names) for (const other of replaced(value[name], by)) yield { ...value, [name]: other };
  }
  yield by;
}

const isAttribute = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  (Array.isArray(value) && value.every((each) => typeof each === 'string'));

/** The conformance suite of a dialect: a new entry of the registry calls it with its fixtures. */
export function testDialect(dialect: Dialect, fixtures: DialectFixtures): void {
  const { request, skimmed } = fixtures;
  const forms = { json: fixtures.json, ...(fixtures.stream !== null && { stream: fixtures.stream }) };
  const url = new URL(fixtures.url);
  const body = JSON.stringify(request);
  const read = (text: string, size: number, content: boolean, maxBytes = 1e6): [ModelAnswer | null, AnswerReader] => {
    const reader = dialect.reader(skimmed, maxBytes, { content });
    const bytes = encode(text);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size));
    return [reader.finish(), reader];
  };

  describe(`${dialect.name}: requests`, () => {
    test('are recognised by method and path', () => {
      expect(dialect.recognises('POST', url)).toBe(true);
      expect(dialect.recognises('GET', url)).toBe(false);
      expect(fixtures.notOurs.filter((other) => dialect.recognises('POST', new URL(other)))).toEqual([]);
    });

    test('say operation, model and stream, before and after the prompt', () => {
      expect(dialect.skim({ url, body })).toMatchObject(skimmed);
      expect(
        dialect.skim({ url, body: JSON.stringify(Object.fromEntries(Object.entries(request).toReversed())) }),
      ).toMatchObject(skimmed);
    });

    test('give attributes and messages', () => {
      expect(dialect.requestAttributes(body)).toEqual(fixtures.attributes);
      expect(dialect.messages(body)).toEqual(fixtures.messages);
    });

    test.each(GARBAGE)('that are none harm nothing: %j', (text) => {
      expect(() => [dialect.skim({ url, body: text }), dialect.requestAttributes(text)]).not.toThrow();
    });
  });

  test.each(HOSTILE.map((by) => [by]))(
    `${dialect.name}: a request with %j anywhere throws nowhere, and gives no other attributes`,
    (by) => {
      const rules = dialect.shadow;
      const known = Object.fromEntries(Object.keys(rules?.fields ?? {}).map((name) => [name, null]));
      const canonical = fixtures.shadow?.canonical ?? null;
      const written = canonical === null ? null : rules?.translation?.write(canonical, new Set());
      const translatable = written?.status === 'ok' ? written.body : {};
      const requests = [{ ...known, ...request }, translatable].flatMap((each) => [...replaced(each, by)]);
      for (const other of requests) {
        const text = JSON.stringify(other);
        const described = { ...dialect.skim({ url, body: text })?.described, ...dialect.requestAttributes(text) };
        expect(Object.entries(described).filter(([, value]) => !isAttribute(value))).toEqual([]);
        const changed = dialect.shadow?.change({ url, body: text }, {});
        if (changed?.status === 'ok') dialect.shadow?.translation?.read(changed);
        dialect.shadow?.translation?.read({ url, body: text });
      }
    },
  );

  describe(`${dialect.name}: answers`, () => {
    test.each(Object.entries(forms))('%s, cut anywhere', (form, text) => {
      for (const size of [1, 7, 64, 1e6]) {
        const [answer, reader] = read(text, size, true);
        expect(answer).toEqual(fixtures.answer);
        expect([reader.started, reader.truncated, reader.errorType]).toEqual([true, false, null]);
        // Of one body nobody asks it; where a body is a stream of one line, it says so too.
        if (form === 'stream') expect(reader.terminal).toBe(fixtures.terminal);
      }
    });

    test.each(Object.entries(forms))('%s, numbers alone', (_form, text) => {
      expect(read(text, 11, false)[0]).toEqual({ ...fixtures.answer, messages: [] });
    });

    test('a body past the cap is no answer', () => expect(read(fixtures.json, 5, true, 20)[1].truncated).toBe(true));

    const { stream } = fixtures;
    test.skipIf(stream === null)(
      'past the cap the text of a stream is dropped, and it is followed to its numbers',
      () => {
        const text = stream ?? '';
        const [answer, reader] = read(text, 5, true, 30);
        expect(reader.truncated).toBe(true);
        expect(answer).toMatchObject({ messages: [], finish: fixtures.answer.finish });
      },
    );

    test.skipIf(stream === null)('a stream that breaks off is no whole answer', () => {
      const text = stream ?? '';
      const [answer, reader] = read(text.slice(0, Math.floor(text.length / 3)), 9, true);
      expect([reader.terminal, answer?.finish ?? null]).toEqual([false, null]);
    });

    test.each(fixtures.errors)('an error inside: %#', (text, errorType) => {
      for (const content of [true, false]) expect(read(text, 8, content)[1].errorType).toBe(errorType);
    });

    test.each(GARBAGE)('garbage is no answer: %j', (text) => {
      expect(() => read(text, 3, true)).not.toThrow();
      expect(read(text, 3, true)[0]?.messages ?? []).toEqual([]);
    });
  });

  if (fixtures.shadow !== null && dialect.shadow !== null) testShadow(dialect, fixtures, fixtures.shadow);
  else test(`${dialect.name} is never repeated`, () => expect([dialect.shadow, fixtures.shadow]).toEqual([null, null]));
}

function testShadow(dialect: Dialect, fixtures: DialectFixtures, shadow: ShadowFixtures): void {
  const { request } = fixtures;
  const url = new URL(fixtures.url);
  const change = (fields: JsonObject, by: RequestChange = {}): ChangedRequest => {
    const changed = dialect.shadow?.change({ url, body: JSON.stringify({ ...request, ...fields }) }, by);
    if (changed === undefined) throw new Error('never repeated');
    return changed;
  };
  const changedBody = (fields: JsonObject, by: RequestChange = {}): JsonObject => {
    const changed = change(fields, by);
    if (changed.status === 'refused') throw new Error(`refused: ${changed.detail}`);
    return JSON.parse(changed.body) as JsonObject;
  };

  describe(`${dialect.name}: shadows`, () => {
    test("ask in the primary's own bytes where nothing is to change", () => {
      const body = JSON.stringify(request, null, 1);
      expect(dialect.shadow?.change({ url, body }, {})).toEqual({ status: 'ok', url, body });
    });

    test('leave no trace at the provider', () => {
      expect(changedBody(shadow.stripped)).toEqual(request);
    });

    test.each([...shadow.refused, { never_heard_of: 1 }, JSON.parse('{"__proto__":{"store":true}}') as JsonObject])(
      'are not made of a request with %j',
      (fields) => expect(change(fields)).toMatchObject({ status: 'refused', reason: 'disallowed_feature' }),
    );

    test('may have another model', () => {
      const changed = change({}, { model: 'another-model' });
      expect(changed.status === 'ok' && dialect.skim(changed)).toMatchObject({
        ...fixtures.skimmed,
        model: 'another-model',
      });
    });

    test('may have parameters: a merge patch that reaches neither the conversation nor a refused field', () => {
      expect(changedBody({}, { parameters: { added_by_the_candidate: { a: 1 } } })).toEqual({
        ...request,
        added_by_the_candidate: { a: 1 },
      });
      for (const fields of shadow.refused) {
        if (Object.keys(fields).some((field) => field in request)) continue;
        expect(change({}, { parameters: fields }).status).toBe('refused');
      }
    });

    test('may have another system prompt', () => {
      const systemOf = (by: RequestChange): readonly Message[] =>
        dialect.messages(JSON.stringify(changedBody({}, by))).filter(({ role }) => role === shadow.systemRole);
      const present = systemOf({}).flatMap(({ parts }) =>
        parts.map((part) => (part.type === 'text' ? part.content : '')),
      );
      expect(systemOf({ system: () => 'new' })).toEqual([
        { role: shadow.systemRole, parts: [{ type: 'text', content: 'new' }] },
      ]);
      expect(systemOf({ system: (system) => `${system} And more.` })[0]?.parts).toEqual([
        { type: 'text', content: `${present.join('\n\n')} And more.` },
      ]);
      const others = (messages: readonly Message[]): readonly Message[] =>
        messages.filter(({ role }) => role !== shadow.systemRole);
      expect(others(dialect.messages(JSON.stringify(changedBody({}, { system: () => 'new' }))))).toEqual(
        others(fixtures.messages),
      );
    });

    test.each(GARBAGE)('are not made of what is no request: %j', (body) => {
      expect(dialect.shadow?.change({ url, body }, { model: 'x' })).toMatchObject({ status: 'refused' });
    });
  });

  const translation = dialect.shadow?.translation ?? null;
  if (shadow.canonical === null || translation === null) {
    test(`${dialect.name} is spoken only among its own`, () =>
      expect([shadow.canonical, translation]).toEqual([null, null]));
    return;
  }
  const { canonical } = shadow;
  describe(`${dialect.name}: translation`, () => {
    const read = (fields: JsonObject): ReturnType<typeof translation.read> =>
      translation.read({ url, body: JSON.stringify({ ...request, ...fields }) });

    test('into canonical words, and back again', () => {
      expect(read({})).toEqual({ status: 'ok', request: canonical });
      const written = translation.write(canonical, new Set());
      if (written.status === 'refused') throw new Error(written.detail);
      const again = new URL(written.path, 'https://other.example/');
      expect(dialect.recognises('POST', again)).toBe(true);
      expect(translation.read({ url: again, body: JSON.stringify(written.body) })).toEqual({
        status: 'ok',
        request: canonical,
      });
    });

    test('of a stream asks for a stream', () => {
      const written = translation.write({ ...canonical, stream: true }, new Set());
      if (written.status === 'refused') throw new Error(written.detail);
      const wire = { url: new URL(written.path, 'https://other.example/'), body: JSON.stringify(written.body) };
      expect(dialect.skim(wire)?.stream).toBe(true);
    });

    test.each([...shadow.untranslatable, { never_heard_of: 1 }])('skips what has no equivalent: %j', (fields) => {
      const refusal = read(fields);
      expect(refusal).toMatchObject({ status: 'refused', reason: 'untranslatable' });
      expect(isObject(refusal) && 'detail' in refusal && refusal.detail).toMatch(/\w/);
    });
  });
}
