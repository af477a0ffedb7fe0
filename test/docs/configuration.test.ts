import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../packages/instrumentation/src/experiment/defaults.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';

/** Options whose default depends on another, and so is told in words. */
const IN_WORDS: ReadonlySet<string> = new Set(['piMin', 'slice.deadlineMs', 'policy.gates']);

const documented = new Map(
  [
    ...readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8').matchAll(
      /^\| `([\w.]+)` \| (.+?) \|/gm,
    ),
  ].map(([, option = '', cell = '']) => [option, cell]),
);

function* leaves(value: unknown, path: string): Iterable<[string, unknown]> {
  if (IN_WORDS.has(path) || value === null || typeof value !== 'object' || Array.isArray(value)) yield [path, value];
  else for (const [key, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? key : `${path}.${key}`);
}

const {
  name: _name,
  candidates: _candidates,
  ...experiment
} = resolveExperiment({
  name: 'any',
  candidate: {},
  policy: { gates: { errors: {} } },
});
const options = [...leaves(experiment, ''), ...leaves(DEFAULTS.gates, '')];

describe('docs/configuration.md', () => {
  it.each(options)('names %s with its default', (option, value) => {
    const cell = documented.get(option);
    expect(cell).toBeDefined();
    if (!IN_WORDS.has(option)) expect(cell).toBe(`\`${JSON.stringify(value)}\``);
  });

  it('names the default queue, retention and gates', () => {
    expect(documented.get('queue.url')).toBe(`\`${JSON.stringify(DEFAULTS.queueUrl)}\``);
    expect(documented.get('retention.days')).toBe(`\`${JSON.stringify(DEFAULTS.retention.days)}\``);
    const { gates } = resolveExperiment({ name: 'any', candidate: {} }).policy;
    expect(documented.get('policy.gates')).toBe(
      `${Object.keys(gates)
        .map((gate) => `\`${gate}\``)
        .join(', ')}; \`win_rate\` with a judge`,
    );
  });

  it('names nothing that is not there', () => {
    const others = ['queue.url', 'ledger.url', 'encryption.key', 'encryption.previous', 'retention.days'];
    const known = new Set([
      ...options.map(([option]) => option),
      ...others,
      'latency.thresholdMs',
      'validity.labels',
      'shape.floor',
      'cost.mostPerCall',
      'tokens.mostPerCall',
    ]);
    const unknown = [...documented.keys()].filter((option) => option.includes('.') && !known.has(option));
    expect(unknown).toEqual([]);
  });
});

describe('docs/judge.md', () => {
  const judge = readFileSync(new URL('../../docs/judge.md', import.meta.url), 'utf8');
  it.each([...leaves(DEFAULTS.judge, '')])('names %s with its default', (option, value) => {
    const cell = new RegExp(`^\\| \`${option.replace('.', '\\.')}\` \\| (.+?) \\|`, 'm').exec(judge)?.[1];
    expect(cell).toBe(`\`${JSON.stringify(value)}\``);
  });
});

describe('docs/embeddings.md', () => {
  const embeddings = readFileSync(new URL('../../docs/embeddings.md', import.meta.url), 'utf8');
  it.each([...leaves(DEFAULTS.embeddings, '')])('names %s with its default', (option, value) => {
    const cell = new RegExp(`^\\| \`${option}\` \\| (.+?) \\|`, 'm').exec(embeddings)?.[1];
    expect(cell).toBe(`\`${JSON.stringify(value)}\``);
  });
});
