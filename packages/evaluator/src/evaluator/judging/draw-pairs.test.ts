import { type ExperimentInput, resolveExperiment, runOf } from '@understudy/instrumentation/experiment';
import { expect, it } from 'vitest';
import type { PairRow } from '../../ledger/ledger.js';
import { createDrawing, type RunRow } from './draw-pairs.js';

const text = (content: string) => ({ kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content }] }] });

function rowsOf(gates: NonNullable<ExperimentInput['policy']>['gates']): readonly RunRow[] {
  const experiment = resolveExperiment({
    name: 'drawn',
    candidate: { model: 'small' },
    judge: { model: 'judge', baseUrl: 'http://localhost:1' },
    policy: { gates },
  });
  const run = { ...runOf(experiment), k: 1, registeredAt: 0 };
  const leg = (content: string) => ({ status: 'ok', answer: text(content) });
  const row = {
    pair: 'pair-1',
    arm: 'candidate',
    segment: '_none',
    slice: 0,
    pi: 1,
    facts: { primary: { status: 'ok' }, shadow: { status: 'ok' }, scores: { ab: {} } },
    content: { startedAt: 0, input: text('Which?'), primary: leg('one'), shadow: leg('another') },
  };
  return [{ run, row: row as unknown as PairRow }];
}

it('draws nothing where the win rate is to decide nothing, and still looks at what an arm says', async () => {
  const asked: string[] = [];
  const drawing = createDrawing(
    { drawKey: async () => 'key', mainJudge: async () => null },
    { hashOf: ({ id }) => `judge ${asked.push(id)}` },
    (error) => expect(error).toBeUndefined(),
  );
  const on = await drawing(rowsOf({ errors: {} }));
  expect([on.drawn.length, on.guarded.length, asked.length]).toEqual([1, 1, 1]);
  const off = await drawing(rowsOf({ errors: {}, win_rate: false }));
  expect([off.drawn.length, off.guarded.length, asked.length]).toEqual([0, 1, 1]);
});
