import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../errors.js';
import type { ExperimentInput } from '../experiment/definition.js';
import { setFailureSink } from '../guard.js';
import { UnderstudyInstrumentation } from '../instrumentation.js';

const OPTIONS = { experiment: 'of-code', operation: 'ask' };

function instrumentation(...changes: readonly Partial<ExperimentInput>[]): UnderstudyInstrumentation {
  return new UnderstudyInstrumentation({
    environment: {},
    queueUrl: 'redis://127.0.0.1:1',
    experiments: (changes.length === 0 ? [{}] : changes).map((change) => ({
      name: 'of-code',
      content: 'full',
      candidate: { version: '1' },
      sample: { rate: 1 },
      ...change,
    })),
  });
}

let understudy: UnderstudyInstrumentation;
const failures: [string, unknown][] = [];
beforeEach(() => {
  understudy = instrumentation();
  failures.length = 0;
  setFailureSink((operation, error) => {
    // There is no Redis, which is said.
    if (!operation.startsWith('queue')) failures.push([operation, error]);
  });
});
afterEach(async () => {
  setFailureSink(null);
  await understudy.shutdown(1);
});

describe('options of shadowed', () => {
  it.each([
    [{ experiment: 'of-code' }, 'operation: expected a word'],
    [{ ...OPTIONS, operation: null }, 'operation: expected a string, got a object'],
    [{ ...OPTIONS, operation: 'two words' }, 'operation: expected a word'],
    [{ ...OPTIONS, answer: 3 }, 'answer: expected a function, got a number'],
    [{ ...OPTIONS, anwser: () => 'x' }, 'anwser: expected only experiment, operation'],
    [undefined, 'options: expected'],
  ])('that are wrong are said at once, not in a call: %#', (options, expected) => {
    const wrong = (): unknown =>
      understudy.shadowed(
        async () => 'a',
        async () => 'b',
        options as typeof OPTIONS,
      );
    expect(wrong).toThrow(ConfigurationError);
    expect(wrong).toThrow(expected);
  });
});

const error = new RangeError('no');
class Special<Value> extends Promise<Value> {}
// oxlint-disable-next-line unicorn/no-thenable -- it is what is tried
const thenable = { then: (resolve: (value: string) => void) => resolve('yes') };
const special = new Special<string>((resolve) => resolve('yes'));
const dressed = Object.assign(Promise.resolve('yes'), { withResponse: () => 'all of it' });
const stream = new ReadableStream();
const response = new Response('yes');

/** Ways for a function to answer; the second: what comes back is the very same thing. */
const WAYS: Readonly<Record<string, readonly [(this: unknown, ...args: unknown[]) => unknown, boolean]>> = {
  'a value': [() => 'yes', true],
  'an object': [() => response, true],
  nothing: [() => undefined, true],
  'a throw': [
    () => {
      throw error;
    },
    true,
  ],
  'a promise': [async () => 'yes', false],
  'a promise of an object': [async () => response, false],
  'a rejection': [async () => await Promise.reject(error), false],
  'a thenable': [() => thenable, true],
  'a promise of a class of its own': [() => special, true],
  'a promise with methods of its own': [() => dressed, true],
  'a stream': [() => stream, true],
  'an iterator': [() => [1, 2].values(), false],
  'what it was called with': [
    function (...args) {
      return [this, ...args];
    },
    false,
  ],
};

type Outcome = readonly ['returned' | 'threw', unknown];

async function outcomesOf(run: () => unknown): Promise<readonly Outcome[]> {
  let returned: unknown;
  try {
    returned = run();
  } catch (thrown) {
    return [['threw', thrown]];
  }
  return await Promise.resolve(returned).then(
    (value): Outcome[] => [
      ['returned', returned],
      ['returned', value],
    ],
    (thrown: unknown): Outcome[] => [
      ['returned', returned],
      ['threw', thrown],
    ],
  );
}

describe('a function is to its callers what it was', () => {
  it.each(Object.entries(WAYS))('that gives %s', async (_name, [primary, same]) => {
    const tapped = understudy.shadowed(primary, async () => 'other', OPTIONS);
    const self = { me: true };
    const argument = { an: 'argument' };
    const bare = await outcomesOf(() => Reflect.apply(primary, self, [argument, 2]));
    const ours = await outcomesOf(() => Reflect.apply(tapped, self, [argument, 2]));
    expect(ours.map(([how]) => how)).toEqual(bare.map(([how]) => how));
    expect(ours.map(([, value]) => inspect(value))).toEqual(bare.map(([, value]) => inspect(value)));
    if (same) for (const [index, [, value]] of ours.entries()) expect(value).toBe(bare[index]?.[1]);
    // What a promise brings is the same thing, even where the promise is another one.
    expect(ours.at(-1)?.[1]).toEqual(bare.at(-1)?.[1]);
    expect(failures).toEqual([]);
  });

  it('keeps its name, its length, its properties, and that it is a constructor', () => {
    class Model {
      static readonly family = 'small';
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
    }
    const tapped = understudy.shadowed(Model as typeof Model & (() => string), async () => 'other', OPTIONS);
    expect([tapped.name, tapped.length, Reflect.get(tapped, 'family')]).toEqual(['Model', 1, 'small']);
    const made: unknown = Reflect.construct(tapped, ['m']);
    expect(made).toBeInstanceOf(Model);
    expect(() => Reflect.apply(tapped, undefined, ['m'])).toThrow(/without 'new'/);
  });

  it('leaves a rejection that nobody handles unhandled, once, and one that is handled, handled', async () => {
    const seen: unknown[] = [];
    const before = process.rawListeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    process.on('unhandledRejection', (reason) => seen.push(reason));
    const tapped = understudy.shadowed(
      async () => await Promise.reject(error),
      async () => 'other',
      OPTIONS,
    );
    try {
      await tapped().catch(() => undefined);
      void tapped();
      await new Promise((resolve) => setTimeout(resolve, 5));
    } finally {
      process.removeAllListeners('unhandledRejection');
      for (const listener of before) process.on('unhandledRejection', listener as NodeJS.UnhandledRejectionListener);
    }
    expect(seen).toEqual([error]);
  });

  it('whatever its rules do', async () => {
    const broken = (): never => {
      throw new Error('a rule');
    };
    const tapped = understudy.shadowed(
      async (question: string) => question,
      async () => 'other',
      {
        ...OPTIONS,
        model: broken,
        input: broken,
        answer: broken,
        arguments: broken,
      },
    );
    expect(await tapped('well?')).toBe('well?');
    expect(new Set(failures.map(([operation]) => operation))).toContain('function.model');
  });
});

describe('what is not compared', () => {
  it('is the very function where nothing is configured or all is switched off', () => {
    const primary = async (): Promise<string> => 'yes';
    const other = async (): Promise<string> => 'no';
    const absent = new UnderstudyInstrumentation({ environment: {}, experiments: [] });
    expect(absent.shadowed(primary, other, OPTIONS)).toBe(primary);
    const disabled = new UnderstudyInstrumentation({ environment: { UNDERSTUDY_ENABLED: 'false' } });
    expect(disabled.shadowed(primary, other, OPTIONS)).toBe(primary);
  });

  it.each([
    ['an experiment that is not there', [{}], { experiment: 'other' }, 'expected one of of-code, got other'],
    ['an experiment that compares requests', [{ candidate: { model: 'm' } }], {}, 'a `version` and nothing else'],
    ['a candidate without a version', [{ candidate: { model: 'm', version: '1' } }], {}, 'nothing else'],
    ['an operation that is none', [{}], { operation: 'a b' }, 'operation: expected a word'],
  ])('is refused: %s', async (_name, changes, options, message) => {
    const other = instrumentation(...changes);
    const wrap = (): unknown =>
      other.shadowed(
        async () => 'yes',
        async () => 'no',
        { ...OPTIONS, ...options },
      );
    expect(wrap).toThrow(ConfigurationError);
    expect(wrap).toThrow(message);
    await other.shutdown(1);
  });

  it("is refused: candidates that are not the experiment's", async () => {
    const { candidate: _, ...rest } = {
      candidate: undefined,
      candidates: { a: { version: '1' }, b: { version: '1' } },
    };
    const other = new UnderstudyInstrumentation({
      environment: {},
      queueUrl: 'redis://127.0.0.1:1',
      experiments: [{ name: 'of-code', content: 'full', ...rest }],
    });
    const no = async (): Promise<string> => 'no';
    const yes = async (): Promise<string> => 'yes';
    expect(() => other.shadowed(yes, { a: no, c: no }, OPTIONS)).toThrow(
      /candidates\.c: expected one of a, b[^]*candidates\.b: expected a function, got nothing/,
    );
    expect(() => other.shadowed(yes, no, OPTIONS)).toThrow(/candidates\.a: expected a function, got nothing/);
    await other.shutdown(1);
  });
});
