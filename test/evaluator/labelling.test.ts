import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { RunId } from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import { type Keys, processKeys } from '../../packages/evaluator/src/cli/keys.js';
import { barred, printable } from '../../packages/evaluator/src/cli/foreign-text.js';
import { labelSession } from '../../packages/evaluator/src/cli/label-session.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import { ConfigurationError } from '../../packages/evaluator/src/errors.js';
import { exportLines, importLines } from '../../packages/evaluator/src/evaluator/label-lines.js';
import { labelling } from '../../packages/evaluator/src/evaluator/labelling.js';
import type { Label, LabelLedger, Offer } from '../../packages/evaluator/src/ledger/label-ledger.js';

const text = (content: string) =>
  ({ kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content }] }] }) as const;
const leg = (content: string) =>
  ({
    status: 'ok',
    answer: text(content),
    finish: 'stop',
    usage: null,
    durationMs: 1,
    model: 'm',
    span: null,
  }) as const;
const id = (at: number): string => `01970000-0000-7000-8000-${String(at).padStart(12, '0')}`;

/** Offers in memory: of every second one the shadow is shown first; `bare` ones hold nothing to show. */
function offered(
  count: number,
  bare: readonly number[] = [],
  given: { readonly segment?: string; readonly shadow?: string } = {},
) {
  const labels = new Map<string, Label['first']>();
  const all = Array.from({ length: count }, (_, at): Offer => ({
    pair: id(at),
    run: 'run of the tests' as RunId,
    experiment: at % 3 === 0 ? 'other' : 'support',
    segment: given.segment ?? 'billing',
    deadline: Date.UTC(2026, 10, 24),
    shadowFirst: at % 2 === 0,
    content: bare.includes(at)
      ? null
      : {
          operation: 'chat',
          stream: false,
          startedAt: 0,
          input: text(`question ${at}`),
          primary: leg(`primary ${at}`),
          shadow: leg(given.shadow ?? `shadow ${at}`),
        },
  }));
  const open = (experiment: string | null): readonly Offer[] =>
    all.filter((one) => !labels.has(one.pair) && (experiment === null || one.experiment === experiment));
  const ledger: LabelLedger = {
    offers: ({ experiment, after, limit }) =>
      Promise.resolve(
        open(experiment)
          .filter(({ pair }) => after === null || pair > after.pair)
          .slice(0, limit),
      ),
    countOpen: ({ experiment }) => Promise.resolve(open(experiment).length),
    answer: ({ pair, first }) => {
      if (labels.has(pair)) return Promise.resolve('known');
      if (!all.some((one) => one.pair === pair)) return Promise.resolve('unknown');
      labels.set(pair, first);
      return Promise.resolve('stored');
    },
  };
  return { labels, people: labelling({ labels: ledger }, () => 0) };
}

const pressed = (...keys: readonly string[]): Keys => {
  const left = [...keys];
  return { next: () => Promise.resolve(left.shift() ?? null), close: () => undefined };
};

describe('labelling', () => {
  it('shows pairs blinded, in the order that was drawn, and passes over what cannot be shown', async () => {
    const { people } = offered(120, [0, 1, ...Array.from({ length: 60 }, (_, at) => at + 4)]);
    const shown = await people.pairs({ limit: 3, experiment: null });
    expect(shown.map(({ pair, a, b }) => [pair, a, b])).toEqual([
      [id(2), 'shadow 2', 'primary 2'],
      [id(3), 'primary 3', 'shadow 3'],
      [id(64), 'shadow 64', 'primary 64'],
    ]);
    expect(Object.keys(shown[0]!).toSorted()).toEqual([
      'a',
      'b',
      'deadline',
      'experiment',
      'pair',
      'request',
      'run',
      'segment',
    ]);
    const rest = await people.pairs({ limit: 1, experiment: 'other', after: id(64) });
    expect(rest.map(({ pair }) => pair)).toEqual([id(66)]);
  });
});

describe('label in a terminal', () => {
  it('takes one key a pair, passes over others, and stops at q', async () => {
    const { labels, people } = offered(6);
    const output = collectedOutput();
    const stored = await labelSession(people, {
      experiment: null,
      keys: pressed('a', 'x', 'return', 'b', 't', 's', 'q'),
      output,
    });
    expect(stored).toBe(4);
    expect([...labels]).toEqual([
      [id(0), 1],
      [id(1), 0],
      [id(2), 0.5],
      [id(3), null],
    ]);
    expect(output.lines[0]).toContain('other, run run of the tests, segment billing; 6 open');
    expect(output.lines[0]).toContain('== A ==\n│ shadow 0');
    expect(output.lines[0]).toContain('s: cannot say (final)');
    expect(output.lines.at(-1)).toContain('4 labels stored; run this again to go on');
  });

  it('goes on where it stopped, until nothing is open', async () => {
    const { labels, people } = offered(3);
    await labelSession(people, { experiment: null, keys: pressed('a', 'ctrl+c'), output: collectedOutput() });
    const output = collectedOutput();
    expect(await labelSession(people, { experiment: null, keys: pressed('b', 'b'), output })).toBe(2);
    expect(labels.size).toBe(3);
    expect(output.lines.at(-1)).toBe('Done: 2 labels stored.');
  });

  it('ends with the terminal, and says what another person has answered meanwhile', async () => {
    const { people } = offered(2);
    const output = collectedOutput();
    const keys: Keys = {
      next: async () => {
        await people.answer(id(0), 'B');
        keys.next = () => Promise.resolve(null);
        return 'a';
      },
      close: () => undefined,
    };
    expect(await labelSession(people, { experiment: null, keys, output })).toBe(0);
    expect(output.lines).toContain('Not stored: somebody else has answered.');
  });

  it('lets no answer speak to the terminal', () => {
    expect(printable('a\u001b[2J\u0007b\u202ec\r\nd\te\rf')).toBe('a\\u001b[2J\\u0007b\\u202ec\nd\te\\u000df');
  });

  it('lets no answer look like a line of the session', async () => {
    const spoof = `fine${' '.repeat(60)}== B ==\n\n== B ==\n\u2028== B ==`;
    const { people } = offered(1, [], { segment: 'a\n== A ==\u001b[2J', shadow: spoof });
    const output = collectedOutput();
    await labelSession(people, { experiment: null, keys: pressed('q'), output });
    const headings = (output.lines[0] ?? '').split('\n').filter((line) => line.startsWith('=='));
    expect(headings).toEqual(['== REQUEST ==', '== A ==', '== B ==']);
    expect(output.lines[0]).not.toContain('\u001b');
    // The terminal must not break a line where the text wants it to.
    for (const columns of [40, 66, 80]) {
      const lines = barred(`${spoof}${'字\t'.repeat(40)}`, columns).split('\n');
      expect(lines.every((line) => line.startsWith('│ ') && line.length <= columns)).toBe(true);
    }
    expect(barred('字字字字字字字字字字', 20)).toBe('│ 字字字字字字字字字\n│ 字');
  });

  it('reads keys of a terminal, and of nothing else', async () => {
    expect(processKeys(new PassThrough() as never)).toBeNull();
    const modes: boolean[] = [];
    const terminal = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (mode: boolean) => modes.push(mode) });
    const keys = processKeys(terminal as never)!;
    const press = async (...texts: readonly string[]): Promise<readonly (string | null)[]> => {
      const names: (string | null)[] = [];
      for (const one of texts) {
        const next = keys.next();
        terminal.write(one);
        names.push(await next);
      }
      return names;
    };
    expect(await press('a', 'T', '\u0003')).toEqual(['a', 't', 'ctrl+c']);
    const ended = once(terminal, 'end');
    terminal.write('bb');
    await setImmediate();
    expect(await press('t')).toEqual(['t']);
    terminal.end();
    await ended;
    expect(await keys.next()).toBeNull();
    keys.close();
    expect(modes).toEqual([true, false]);
  });
});

describe('labels as JSON lines', () => {
  it('are exported without a word on whose answer is whose, and imported with an answer added', async () => {
    const { labels, people } = offered(250, [7]);
    const lines: string[] = [];
    for await (const line of exportLines(people, null)) lines.push(line);
    expect(lines).toHaveLength(249);
    expect(JSON.parse(lines[0]!)).toEqual({
      v: 1,
      pair: id(0),
      run: 'run of the tests',
      experiment: 'other',
      segment: 'billing',
      deadline: '2026-11-24T00:00:00.000Z',
      request: '[user]\nquestion 0',
      a: 'shadow 0',
      b: 'primary 0',
    });
    const answered = lines.map((line, at) =>
      JSON.stringify({
        ...(JSON.parse(line) as object),
        // Lines that were exported before they named their run are imported all the same.
        ...(at > 100 && { run: undefined }),
        answer: ['A', 'B', 'tie', 'skip'][at % 4],
      }),
    );
    const report = await importLines(people, `${answered.join('\r\n')}\n\n`, 'labels.jsonl');
    expect(report).toEqual({ lines: 249, stored: 249, late: 0, known: 0, unknown: 0 });
    expect([...labels.values()].slice(0, 4)).toEqual([1, 0, 0.5, null]);
    const again = await importLines(people, answered.join('\n'), 'labels.jsonl');
    expect(again).toMatchObject({ stored: 0, known: 249 });
  });

  it('are refused as a whole, line by line, without repeating what they hold', async () => {
    const { labels, people } = offered(5);
    const good = (at: number): string => JSON.stringify({ pair: id(at), answer: 'A' });
    const text = [
      good(0),
      '{"pair": secret',
      JSON.stringify({ pair: 'secret', answer: 'A' }),
      JSON.stringify({ pair: id(1), answer: 'secret' }),
      JSON.stringify({ pair: id(1).toUpperCase(), answer: 'B' }),
      good(1),
      JSON.stringify({ v: 2, pair: id(2), answer: 'A' }),
      '[]',
    ].join('\n');
    const error = await importLines(people, text, 'labels.jsonl').catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ConfigurationError);
    const { message } = error as Error;
    expect(message).toContain('line 2: expected a JSON object');
    expect(message).toContain('line 3: pair: expected the id of a pair');
    expect(message).toContain('line 4: answer: expected "A", "B", "tie", "skip"');
    expect(message).toContain('line 6: pair: expected each pair once, line 5 has it, too');
    expect(message).toContain('line 7: v');
    expect(message).toContain('line 8');
    expect(message).not.toContain('secret');
    expect(labels.size).toBe(0);
  });
});
