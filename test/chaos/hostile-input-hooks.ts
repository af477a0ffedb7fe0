import type { CallRules } from '../../packages/instrumentation/src/index.js';

/** What a function of the user's does instead of what it should. Synchronous ones that never end cannot be stopped by anybody. */
export const BEHAVIOURS: Readonly<Record<string, () => unknown>> = {
  'throws an error': () => {
    throw new Error('made to throw');
  },
  'throws null': () => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw null;
  },
  'throws what throws when it is looked at': () => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw throwing();
  },
  'is slow': () => {
    const until = performance.now() + 30;
    while (performance.now() < until);
    return null;
  },
  'gives a number': () => Number.NaN,
  'gives a symbol': () => Symbol('made up'),
  'gives a function': () => () => 'made up',
  'gives a huge text': () => 'x'.repeat(16 * 1024 * 1024),
  'gives half a character': () => '\ud800',
  'gives NUL and line ends': () => 'a\0\r\nb\u202e',
  'gives `__proto__`': () => '__proto__',
  'gives a frozen object': () => Object.freeze({ toString: 1 }),
  'gives a proxy that throws': () => throwing(),
  'gives an object that contains itself': () => {
    const one: Record<string, unknown> = {};
    one['one'] = one;
    return one;
  },
  'gives a BigInt in an object': () => ({ one: 1n }),
  'gives a promise that is rejected': () => Promise.reject(new Error('made to reject')),
  'gives a promise that never settles': () => new Promise(() => undefined),
  'gives a thenable that throws': () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then() {
      throw new Error('made to throw');
    },
  }),
};

/** Every trap of it throws. */
export function throwing(target: object = {}): object {
  const traps = Object.getOwnPropertyNames(Reflect).map((name) => [
    name,
    () => {
      throw new Error(`made to throw at ${name}`);
    },
  ]);
  return new Proxy(target, Object.fromEntries(traps) as ProxyHandler<object>);
}

export const HOOKS = ['segment', 'sampleKey', 'cluster', 'transform', 'redact'] as const;
export type Hook = (typeof HOOKS)[number];

/** Rules of which one behaves so. */
export function rulesWith(hook: Hook, behave: () => unknown): CallRules {
  if (hook === 'transform') return { transform: { candidate: behave as () => Record<string, unknown> } };
  return { [hook]: behave };
}
