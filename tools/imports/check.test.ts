import { describe, expect, it } from 'vitest';
import { check } from './check.ts';
import { LONGEST_FILE } from './rules.ts';
import { scan } from './scan.ts';

const HOST = 'packages/instrumentation/src';
const JUDGE = 'packages/evaluator/src';

/** Rules broken by a small repository given as path -> text, as `path:line rule`. */
function broken(files: Readonly<Record<string, string>>): string[] {
  const found = check(Object.entries(files).map(([path, text]) => scan(path, text)));
  return found.map(({ path, line, rule }) => `${path}:${line} ${rule}`);
}

/** The same for one file, without its path. */
const brokenIn = (path: string, text: string): string[] =>
  broken({ [path]: text }).map((line) => line.slice(path.length + 1));

describe('direction of the flow', () => {
  it.each([
    ['capture/span.ts', '../shadow/call.js'],
    ['tap/fetch.ts', '../dialect/dialect.js'],
    ['shadow/call.ts', '../queue/publisher.js'],
    ['sample/ratio.ts', '../trial/ring.js'],
  ])('refuses %s importing the later stage %s', (from, to) => {
    expect(brokenIn(`${HOST}/${from}`, `\nimport { x } from '${to}';`)).toEqual(['2 stage-order']);
  });

  it.each([
    ['score/exact.ts', '../judge/run.js'],
    ['tally/merge.ts', '../ledger/rows.js'],
    ['ledger/close.ts', '../decide/decide.js'],
    ['serve/api.ts', '../cli/run.js'],
  ])('refuses %s importing the later stage %s in the evaluator', (from, to) => {
    expect(brokenIn(`${JUDGE}/${from}`, `import { x } from '${to}';`)).toHaveLength(1);
  });

  it.each([
    [`${HOST}/shadow/call.ts`, '../dialect/dialect.js'],
    [`${HOST}/shadow/call.ts`, './limits.js'],
    [`${HOST}/capture/call.ts`, '../trial/trial.js'],
    [`${HOST}/capture/call.ts`, '../experiment/run.js'],
    [`${HOST}/capture/call.ts`, '../guard.js'],
    [`${HOST}/instrumentation.ts`, './queue/publisher.js'],
    [`${JUDGE}/decide/decide.ts`, '../stats/bound.js'],
    [`${JUDGE}/cli/run.ts`, '../evaluator.js'],
    [`${JUDGE}/evaluator.ts`, './emit/metrics.js'],
  ])('lets %s import %s', (path, specifier) => {
    expect(brokenIn(path, `import { x } from '${specifier}';`)).toEqual([]);
  });

  it.each([
    ["import type { X } from '../shadow/call.js';"],
    ["export { x } from '../shadow/call.js';"],
    ["const x = await import('../shadow/call.js');"],
    ["type X = import('../shadow/call.js').X;"],
    ["const x = requirePrivately('../shadow/call.js');"],
  ])('sees %s', (text) => {
    expect(brokenIn(`${HOST}/capture/span.ts`, text)).toEqual(['1 stage-order']);
  });

  it('refuses what every stage imports to import a stage', () => {
    expect(brokenIn(`${HOST}/guard.ts`, "import { x } from './shadow/call.js';")).toEqual(['1 foundation']);
    expect(brokenIn(`${HOST}/trial/codec.ts`, "import { x } from './ring.js';")).toEqual(['1 contract']);
    expect(brokenIn(`${HOST}/experiment/run.ts`, "import { x } from '../tap/fetch.js';")).toEqual(['1 contract']);
  });

  it('refuses a stage to import what composes the stages', () => {
    expect(brokenIn(`${HOST}/queue/publisher.ts`, "import { x } from '../instrumentation.js';")).toEqual([
      '1 composition',
    ]);
    expect(brokenIn(`${JUDGE}/emit/metrics.ts`, "import { x } from '../evaluator.js';")).toEqual(['1 composition']);
    expect(brokenIn(`${JUDGE}/evaluator.ts`, "import { x } from './cli/main.js';")).toEqual(['1 composition']);
  });

  it('refuses a folder that is no stage', () => {
    expect(brokenIn(`${HOST}/capture/span.ts`, "import { x } from '../utils/x.js';")).toEqual(['1 unknown-stage']);
  });

  it('leaves tests free, except for their own index', () => {
    const text = "import { x } from '../queue/publisher.js';\nimport { y } from 'undici';\nprocess.env['X'];";
    expect(brokenIn(`${HOST}/tap/fetch.test.ts`, text)).toEqual([]);
    expect(brokenIn(`${HOST}/tap/fetch.test.ts`, "import { y } from '@understudy/instrumentation';")).toEqual([
      '1 own-index',
    ]);
  });
});

describe('entry points', () => {
  it.each([
    [`${HOST}/capture/span.ts`, '../index.js'],
    [`${HOST}/capture/span.ts`, '../trial/index.js'],
    [`${HOST}/instrumentation.ts`, './index.js'],
    [`${HOST}/capture/span.ts`, '@understudy/instrumentation/trial'],
    [`${JUDGE}/cli/run.ts`, '../index.js'],
  ])('refuses %s importing %s', (path, specifier) => {
    expect(brokenIn(path, `import { x } from '${specifier}';`)).toEqual(['1 own-index']);
  });

  it('refuses export *', () => {
    expect(brokenIn(`${HOST}/index.ts`, "export { a } from './errors.js';\nexport * from './errors.js';")).toEqual([
      '2 export-star',
    ]);
  });
});

describe('packages', () => {
  it.each([
    [`${HOST}/capture/span.ts`, '@opentelemetry/api', true],
    [`${HOST}/tap/fetch.ts`, '@opentelemetry/api', false],
    [`${HOST}/guard.ts`, '@opentelemetry/api', true],
    [`${HOST}/capture/span.ts`, '@opentelemetry/sdk-trace', false],
    [`${JUDGE}/emit/metrics.ts`, '@opentelemetry/sdk-metrics', true],
    [`${JUDGE}/ledger/rows.ts`, '@opentelemetry/api', false],
    [`${HOST}/queue/publisher.ts`, 'bullmq', true],
    [`${HOST}/trial/ring.ts`, 'bullmq', false],
    [`${JUDGE}/ledger/rows.ts`, 'ioredis', false],
    [`${JUDGE}/ledger/rows.ts`, 'pg', true],
    [`${JUDGE}/serve/api.ts`, 'pg', false],
    [`${JUDGE}/ledger/embedded.ts`, '@electric-sql/pglite', true],
    [`${JUDGE}/cli/run.ts`, '@electric-sql/pglite-socket', false],
    [`${HOST}/shadow/http.ts`, 'undici', true],
    [`${HOST}/capture/span.ts`, 'undici', false],
    [`${JUDGE}/queue/worker.ts`, '@understudy/instrumentation/trial', true],
    [`${JUDGE}/queue/worker.ts`, '@understudy/instrumentation', false],
    [`${JUDGE}/queue/worker.ts`, '@understudy/instrumentation/register', false],
    [`${HOST}/queue/publisher.ts`, '@understudy/evaluator', false],
    [`${JUDGE}/queue/worker.ts`, '../../../instrumentation/src/trial/trial.js', false],
  ])('%s and %s: allowed is %s', (path, specifier, allowed) => {
    expect(brokenIn(path, `const x = await import('${specifier}');`)).toHaveLength(allowed ? 0 : 1);
  });

  it('lets one file know undici, not two', () => {
    const text = "import { request } from 'undici';";
    expect(broken({ [`${HOST}/shadow/http.ts`]: text, [`${HOST}/shadow/agent.ts`]: text })).toEqual([
      `${HOST}/shadow/http.ts:1 confined-package`,
    ]);
  });

  it('lets any file of its folder name the types of undici', () => {
    const loading = "const undici = requirePrivately('undici');";
    const naming = "import type { Agent } from 'undici';";
    expect(broken({ [`${HOST}/shadow/http.ts`]: loading, [`${HOST}/shadow/agent.ts`]: naming })).toEqual([]);
  });
});

describe('purity', () => {
  it.each([
    [`${JUDGE}/stats/bound.ts`, "import { x } from '../errors.js';"],
    [`${JUDGE}/stats/bound.ts`, "import { x } from '@understudy/instrumentation/trial';"],
    [`${JUDGE}/stats/bound.ts`, 'export const now = (): number => Date.now();'],
    [`${JUDGE}/score/exact.ts`, "import { readFileSync } from 'node:fs';"],
    [`${JUDGE}/score/exact.ts`, 'export const roll = (): number => Math.random();'],
    [`${JUDGE}/score/exact.ts`, "export const get = (): unknown => fetch('http://x');"],
    [`${JUDGE}/decide/decide.ts`, "import pino from 'pino';"],
    [`${JUDGE}/decide/decide.ts`, 'export const now = (): Date => new Date();'],
  ])('refuses in %s: %s', (path, text) => {
    expect(brokenIn(path, text)).toEqual(['1 pure']);
  });

  it('lets a pure stage use what is passed in', () => {
    const text = `
      import type { Trial } from '@understudy/instrumentation/trial';
      import { merge } from '../tally/merge.js';
      export const at = (options: { now: number; fetch: number }): Date => new Date(options.now + options.fetch);`;
    expect(brokenIn(`${JUDGE}/decide/decide.ts`, text)).toEqual([]);
    expect(brokenIn(`${JUDGE}/stats/bound.ts`, "import { x } from './gamma.js';")).toEqual([]);
  });
});

describe('environment', () => {
  it.each(["process.env['X'];", 'globalThis.process.env;', 'const { env } = process;', "process['env'];"])(
    'refuses %s in a stage',
    (text) => {
      expect(brokenIn(`${HOST}/capture/span.ts`, text)).toEqual(['1 environment']);
      expect(brokenIn(`${HOST}/options.ts`, text)).toEqual([]);
    },
  );
});

describe('files', () => {
  it('refuses a file past the longest length, and lets one of that length be', () => {
    expect(brokenIn(`${HOST}/tap/fetch.ts`, '//\n'.repeat(LONGEST_FILE))).toEqual([]);
    expect(brokenIn(`${HOST}/tap/fetch.ts`, '//\n'.repeat(LONGEST_FILE + 1))).toEqual(['1 length']);
    expect(brokenIn('test/long.test.ts', '//\n'.repeat(LONGEST_FILE + 1))).toEqual(['1 length']);
  });

  it('refuses a cycle, and names its files once', () => {
    const files = {
      [`${HOST}/tap/a.ts`]: "import { b } from './b.js';",
      [`${HOST}/tap/b.ts`]: "import type { c } from './c.js';",
      [`${HOST}/tap/c.ts`]: "\n\nexport { a } from './a.js';",
      [`${HOST}/tap/d.ts`]: "import { b } from './b.js';",
    };
    expect(broken(files)).toEqual([`${HOST}/tap/c.ts:3 cycle`]);
  });

  it('refuses to pass a file it cannot read', () => {
    expect(() => scan('x.ts', 'import {')).toThrow('x.ts');
  });
});
