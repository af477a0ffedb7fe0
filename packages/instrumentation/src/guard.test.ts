import { runInNewContext } from 'node:vm';
import { inspect } from 'node:util';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, expect, test, vi } from 'vitest';
import { failureCounts, guard, guardAsync, raised, remark, setFailureSink, unpromised } from './guard.js';

afterEach(() => void setFailureSink(null));

test('gives what the work gives', async () => {
  expect(guard('test.ok', () => 5)).toBe(5);
  await expect(guardAsync('test.ok', async () => 6)).resolves.toBe(6);
});

test('a failure is reported with its operation, and is undefined', async () => {
  const sink = vi.fn();
  setFailureSink(sink);
  const error = new Error('ours');
  expect(
    guard('test.sync', () => {
      throw error;
    }),
  ).toBeUndefined();
  await expect(guardAsync('test.async', () => Promise.reject(error))).resolves.toBeUndefined();
  expect(sink.mock.calls).toEqual([
    ['test.sync', error],
    ['test.async', error],
  ]);
});

test('a hook that returns a rejecting promise is fenced as well', async () => {
  const sink = vi.fn();
  setFailureSink(sink);
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  void guard('test.hook', () => Promise.reject(new Error('late'))) satisfies unknown;
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(sink).toHaveBeenCalledOnce();
  expect(unhandled).not.toHaveBeenCalled();
});

test.each([
  ['another realm', () => runInNewContext('Promise.reject(1)') as unknown],
  ['a class whose `catch` does nothing', () => Object.assign(Promise.reject(new Error('late')), { catch: () => null })],
])('so is one of %s, and one that a rule must not give', async (_, reject) => {
  setFailureSink(vi.fn());
  const unhandled = vi.fn();
  process.on('unhandledRejection', unhandled);
  guard('test.hook', reject);
  const given = reject();
  expect(unpromised(given)).toBe(given);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test('a sink that fails breaks nothing, and the count goes on', () => {
  setFailureSink(() => {
    throw new Error('the sink');
  });
  const before = failureCounts().get('test.count') ?? 0;
  raised('test.count', new Error('x'));
  raised('test.count', new Error('y'));
  expect(failureCounts().get('test.count')).toBe(before + 2);
});

test('a warning holds the text of an error, and nothing the error carries', () => {
  const logged: unknown[][] = [];
  const log = (...args: unknown[]): void => void logged.push(args);
  diag.setLogger(
    { error: log, warn: log, info: () => undefined, debug: () => undefined, verbose: () => undefined },
    DiagLogLevel.WARN,
  );
  // As ioredis reports a wrong password.
  raised('test.secret', Object.assign(new Error('WRONGPASS'), { command: { name: 'hello', args: ['hunter2'] } }));
  // As a rule of the user's that parses an answer: V8 quotes what it could not read.
  guard('test.parse', () => JSON.parse('hunter2 is my password') as unknown);
  raised('test.thrown', { password: 'hunter2' });
  diag.disable();
  expect(logged).toHaveLength(3);
  expect(String(logged[0])).toContain('WRONGPASS');
  expect(inspect(logged, { depth: null })).not.toContain('hunter2');
});

test('what is said of one kind is bounded, said once, and takes no room of another', () => {
  const said: string[] = [];
  const hear = (text: string): void => void said.push(text);
  diag.setLogger({ error: hear, warn: hear, info: hear, debug: hear, verbose: hear }, DiagLogLevel.WARN);
  for (let index = 0; index < 2000; index += 1) remark('test.model', `no price for ft:user-${index % 1000}`);
  const { length } = said;
  expect(length).toBeGreaterThan(50);
  expect(length).toBeLessThan(300);
  remark('test.other', 'something else');
  remark('test.other', 'something else');
  diag.disable();
  expect(said.slice(length)).toEqual(['understudy: something else']);
});
