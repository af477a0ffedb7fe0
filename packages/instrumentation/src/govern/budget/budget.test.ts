import { diag, DiagLogLevel } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LeaseReply, LeaseRequest } from '../../experiment/budget/lease.js';
import type { ExperimentInput } from '../../experiment/definition.js';
import { resolveExperiment } from '../../experiment/resolve.js';
import { failureCounts, setFailureSink } from '../../guard.js';
import type { ExchangeOutcome } from '../../shadow/bounded.js';
import type { Made, Permit } from '../gate.js';
import { ExperimentBudget } from './budget.js';

let now = 0;
const said: string[] = [];
beforeEach(() => {
  now = 0;
  said.length = 0;
  const hear = (text: string): void => void said.push(text);
  diag.setLogger({ warn: hear, error: hear, info: hear, debug: hear, verbose: hear }, DiagLogLevel.ALL);
  said.length = 0;
});
afterEach(() => {
  diag.disable();
  setFailureSink(null);
});

const WINDOW = { from: '2026-11-21T00:00:00Z', days: 7 };
let experiments = 0;

/** A budget that nobody else draws on, at a store that grants what is asked for. `mini` costs a dollar a million tokens. */
function budgetOf(
  change: Partial<ExperimentInput['budget'] & object> = {},
  more: Partial<ExperimentInput> = {},
): { budget: ExperimentBudget; requests: LeaseRequest[]; sync(reply?: Partial<LeaseReply>): Promise<void> } {
  const experiment = resolveExperiment({
    name: `spending-${(experiments += 1)}`,
    candidate: { model: 'mini' },
    budget: { usd: 10, prices: { mini: { input: 1, output: 1 } }, ...change },
    ...more,
  });
  if (experiment.budget === null) throw new Error('no budget');
  const list = { calcPrice: () => null };
  const budget = new ExperimentBudget(
    experiment,
    experiment.budget,
    () => experiment.window,
    () => now,
    () => list,
  );
  const requests: LeaseRequest[] = [];
  return {
    budget,
    requests,
    sync: async (reply) => {
      const lease = async (request: LeaseRequest): Promise<LeaseReply> => {
        requests.push(request);
        const { reserve: reserved, atRisk, smallest: least } = request;
        const granted = { status: 'granted', reserved, atRisk, least, spent: 0, reservedByOthers: 0 } as const;
        return { ...granted, now: 1000, pace: null, ...reply };
      };
      await budget.sync({ lease });
    },
  };
}

/** A call of 500 input tokens, and so many of output at the most. */
function made(model: string | null = 'mini', output = 500, input = 500): Made {
  return {
    call: { wire: {} },
    arm: 'candidate',
    shadow: {
      request: { operation: 'chat', model, stream: false },
      attributes: { 'server.address': 'models.example' },
      limits: () => ({ 'gen_ai.request.max_tokens': output }),
      inputTokens: () => input,
    },
  } as unknown as Made;
}

/** One that is code. */
function code(attributes: object = {}): Made {
  const { arm, shadow } = made('askModel');
  return { call: { wire: null }, arm, shadow: { ...shadow, attributes } } as unknown as Made;
}

function permitted(given: Permit | string): Permit {
  if (typeof given === 'string') throw new Error(given);
  return given;
}

const end = (outcome: ExchangeOutcome): Parameters<Permit['ended']>[0] => {
  return { outcome, leg: { status: 'missing', reason: '' } };
};
const answered = (inputTokens: number, outputTokens: number): ExchangeOutcome =>
  ({ status: 'ok', answer: { usage: { inputTokens, outputTokens } }, durationMs: 1 }) as unknown as ExchangeOutcome;

describe('the budget of an experiment', () => {
  it('pays for nothing before its store has answered, and for calls from then on', async () => {
    const { budget, sync } = budgetOf();
    expect(budget.gate(made())).toBe('budget');
    await sync();
    permitted(budget.gate(made())).ended(end(answered(100, 100)));
  });

  it('counts what calls have cost: by their tokens, at the most they may have, or nothing', async () => {
    const { budget, requests, sync } = budgetOf();
    await sync();
    permitted(budget.gate(made())).ended(end(answered(100, 50)));
    permitted(budget.gate(made())).ended(end({ status: 'error', type: 'ECONNRESET', durationMs: 1 }));
    permitted(budget.gate(made())).ended(end({ status: 'error', type: '500', durationMs: 1, unbilled: true }));
    permitted(budget.gate(made())).unused();
    permitted(budget.gate(made()));
    await sync();
    expect(requests[1]).toMatchObject({ settled: 150_000 + 1_000_000, inFlight: 1_000_000, limit: 10e9, least: 1e6 });
  });

  it('says once which price is missing, and how to give it', async () => {
    const { budget, sync } = budgetOf();
    // Not before the list of prices is here.
    expect(budget.gate(made('other'))).toBe('budget');
    await sync();
    for (let turn = 0; turn < 3; turn += 1) expect(budget.gate(made('other'))).toBe('unpriced');
    expect(budget.gate(made(null))).toBe('unpriced');
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/no price is known for "other".*`budget.prices`.*"other": \{ input: /);
    expect(said[1]).toMatch(/a call that names no model.*"\*": /);
  });

  it('takes the name of a candidate for a model where it is code that names none, and nowhere else', async () => {
    const { budget, sync } = budgetOf({ prices: { 'cand*': { input: 1, output: 1 } } });
    await sync();
    expect(typeof budget.gate(code())).toBe('object');
    expect(budget.gate(code({ 'gen_ai.request.model': 'house-x' }))).toBe('unpriced');
    expect(budget.gate(made('house-x'))).toBe('unpriced');
    expect(budget.gate(made(null))).toBe('unpriced');
  });

  it('is not ended by what one answer claims, which is counted and said', async () => {
    const raised: string[] = [];
    setFailureSink((operation, error) => void raised.push(`${operation}: ${String(error)}`));
    const before = failureCounts().get('budget.usage') ?? 0;
    for (const claim of [1e8, Number.MAX_SAFE_INTEGER]) {
      const { budget, requests, sync } = budgetOf();
      await sync();
      permitted(budget.gate(made('mini', 100, 1000))).ended(end(answered(claim, 1)));
      await sync();
      expect(requests[1]).toMatchObject({ settled: 100 * 1_100_000 });
    }
    expect(failureCounts().get('budget.usage')).toBe(before + 2);
    expect(raised[0]).toMatch(
      /^budget\.usage: .*an answer to candidate of .* counts tokens for \$99\.89 more than 100 times/,
    );
  });

  it('warns of its end whatever requests have made this process say', async () => {
    const { budget, sync } = budgetOf();
    await sync();
    for (let index = 0; index < 300; index += 1) budget.gate(made(`ft:user-${index}`));
    expect(said.length).toBeLessThan(300);
    said.length = 0;
    await sync({ spent: 8e9 });
    await sync({ spent: 10e9 });
    expect(said).toEqual([expect.stringMatching(/is spent to 80 %/), expect.stringMatching(/is used up/)]);
  });

  it('goes on for usual calls after large ones that were not paid for, and ends when those are not either', async () => {
    const { budget, sync } = budgetOf({ usd: 50 });
    await sync({ spent: 49.5e9 });
    permitted(budget.gate(made('mini', 1, 10_000)));
    now += 3_600_000;
    for (let call = 0; call < 3; call += 1) {
      expect(budget.gate(made('mini', 1, 600_000))).toBe('budget');
      now += 31_000;
      await sync({ spent: 49.51e9, reserved: 0.49e9, atRisk: 0.49e9 });
      expect(budget.isSpent).toBe(false);
    }
    await sync({ spent: 49.51e9 });
    permitted(budget.gate(made('mini', 1, 10_000)));
    await sync({ spent: 49.96e9 });
    expect(budget.isSpent).toBe(true);
  });

  it('learns from one call that they cost more than they could', async () => {
    const { budget, requests, sync } = budgetOf();
    await sync();
    permitted(budget.gate(made()));
    permitted(budget.gate(made())).ended(end(answered(5000, 5000)));
    await sync();
    expect(requests[1]).toMatchObject({ settled: 10_000_000, inFlight: 10_000_000 });
  });

  it('warns at 80 %, says that it is used up, and then compares nothing', async () => {
    const { budget, sync } = budgetOf();
    await sync({ spent: 7.9e9 });
    budget.gate(made());
    expect(said).toEqual([]);
    await sync({ spent: 8e9 });
    await sync({ spent: 8.1e9 });
    expect(said).toEqual([expect.stringMatching(/\$10, is spent to 80 %/)]);
    expect(budget.isSpent).toBe(false);
    await sync({ spent: 10e9 - 999_999 });
    await sync({ spent: 10e9 });
    expect(budget.isSpent).toBe(true);
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/used up.*until `budget.usd` is raised/);
  });

  it('asks often while calls come, and seldom while none do', async () => {
    const { budget, sync } = budgetOf();
    expect(budget.everyMs()).toBe(1000);
    await sync();
    budget.gate(made());
    expect(budget.everyMs()).toBe(250);
    now += 5000;
    expect(budget.everyMs()).toBe(1000);
  });

  it('gives back what it holds when the process ends', async () => {
    const { budget, requests, sync } = budgetOf();
    await sync();
    permitted(budget.gate(made()));
    budget.close();
    await sync();
    expect(requests[1]).toMatchObject({ ttlMs: 0, inFlight: 1_000_000 });
    expect(budget.gate(made())).toBe('budget');
  });

  it('is paced where the experiment has a window, and not where it is told not to', async () => {
    const paced = budgetOf({}, { window: WINDOW, piMin: 0.025, sample: { rate: 0.1 } });
    expect(paced.budget.share()).toBe(1 / 4);
    await paced.sync();
    expect(paced.requests[0]?.pace).toBeNull();
    await paced.sync({ pace: { at: 1000, spent: 0, halvings: 1 } });
    expect(paced.requests[1]?.pace).toEqual({ from: 0, halvings: 2 });
    expect(paced.budget.share()).toBe(1 / 2);
    expect(budgetOf().budget.share()).toBe(1);
    expect(budgetOf({ pace: false }, { window: WINDOW }).budget.share()).toBe(1);
  });
});
