import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError, NotFoundError } from '../errors.js';
import type { Plan } from '../plan/plan.js';
import { collectedOutput } from './collected-output.test.support.js';
import { planCommand, type PlanOptions } from './plan.js';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function planned(options: PlanOptions): Promise<string> {
  const output = collectedOutput();
  expect(await planCommand(options, output)).toBe(0);
  return output.lines.join('\n');
}

const plansOf = async (options: PlanOptions): Promise<readonly Plan[]> =>
  JSON.parse(await planned({ ...options, json: true })) as readonly Plan[];

/** A configuration in a folder without a store. */
function configOf(policy: string): string {
  const path = join(folder, 'understudy.yaml');
  const experiment = `{ name: support, candidate: { model: small }, judge: { model: gpt-5, apiKey: { env: KEY } }, policy: ${policy} }`;
  writeFileSync(path, `version: 1\nqueue: { url: "embedded:./none" }\nexperiments:\n  - ${experiment}\n`);
  return path;
}

describe('understudy plan', () => {
  it('plans a gate that flags describe, without any store', async () => {
    const text = await planned({ margin: 0.02, baseRate: 0.03, alpha: 0.05, pairsPerDay: 1000, usdPerPair: 0.01 });
    expect(text).toMatch(/errors {2}\+2 points {2}base rate 3 % +[\d,]+ +[\d,]+ +[\d.]+ +\$[\d.]+/);
    expect(text).toContain('errors sets the pace.');
    expect(text).toContain('at level 0.025');
    const [plan] = await plansOf({ margin: 0.02, baseRate: 0.03, pairsPerDay: 1000, usdPerPair: 0.01 });
    const pairs = plan?.needed?.pairs ?? 0;
    expect(pairs).toBeGreaterThan(1000);
    expect(plan?.needed).toMatchObject({ days: pairs / 1000, usd: pairs * 0.01 });
  });

  it('needs fewer pairs for a wider margin and a bolder level, and more for a later run', async () => {
    const pairs = async (options: PlanOptions): Promise<number> => (await plansOf(options))[0]?.needed?.pairs ?? 0;
    const one = await pairs({ gate: 'win_rate' });
    expect(await pairs({ gate: 'win_rate', margin: 0.1 })).toBeLessThan(one);
    expect(await pairs({ gate: 'win_rate', alpha: 0.1 })).toBeLessThan(one);
    expect(await pairs({ gate: 'win_rate', run: 3 })).toBeGreaterThan(one);
    expect(await pairs({ gate: 'win_rate', sensitivity: 0.5 })).toBeGreaterThan(one);
    expect(await pairs({ gate: 'latency_p95', ratio: 2 })).toBeLessThan(await pairs({ gate: 'latency_p95' }));
  });

  it('plans what is compared beside noise, first chunks, and what calls take', async () => {
    const similar = await planned({ gate: 'similarity', margin: 0.1 });
    expect(similar).toContain('a gate on similarity, in pairs with an A/A leg');
    expect(similar).toMatch(/^similarity {2}-10 points +scores spread by 0\.39 +\d/m);
    expect(await planned({ gate: 'agreement' })).toMatch(/^agreement {2}-5 points/m);
    expect(await planned({ gate: 'first_chunk_p95', ratio: 1.5 })).toMatch(/^first_chunk_p95 {2}x1\.5 +log-normal/m);
    const pairs = async (options: PlanOptions): Promise<number> => (await plansOf(options))[0]?.needed?.pairs ?? 0;
    const cost = await pairs({ gate: 'cost', ratio: 0.8 });
    expect(cost).toBeGreaterThan(10);
    // The larger the most one call may take, the smaller what is seen of a difference.
    expect(await pairs({ gate: 'cost', ratio: 0.8, typical: 0.3 })).toBeLessThan(cost);
    expect(await planned({ gate: 'tokens', typical: 0.3 })).toMatch(/^tokens {2}x1\.2 +a call at 30 % of the most/m);
  });

  it('plans the policy of a configuration before there is any pair', async () => {
    const [plan] = await plansOf({ config: configOf('{ preset: cost-down }') });
    expect(plan?.gates.map(({ gate }) => gate)).toEqual(['errors', 'refusals', 'latency_p95', 'win_rate']);
    expect(plan).toMatchObject({ level: 0.025, power: 0.8, minPairs: 1000, have: 0, slowest: expect.any(String) });
    const [strict] = await plansOf({ config: configOf('{ preset: cost-down, minPairs: 1000000 }') });
    expect(strict).toMatchObject({ needed: { pairs: 1_000_000 }, slowest: null });
    const text = await planned({ config: configOf('{ preset: cost-down }') });
    expect(text).toContain('the ledger has no pair of it');
    expect(text).toContain('once there are pairs, this proposes how much one call may cost');
  });

  it('plans a gate on cost before there is any pair', async () => {
    const config = configOf('{ preset: cost-down, gates: { cost: { ratio: 1, mostPerCall: 0.05 }, win_rate: false } }');
    const text = await planned({ config });
    expect(text).toMatch(
      /^cost {2,}x1 {2,}a call at a tenth of the most, of the candidate at half of what is allowed {2,}\d/m,
    );
    expect(text).not.toContain('Cost is shown');
  });

  it('says so where no number of pairs is enough', async () => {
    expect(await planned({ gate: 'win_rate', sensitivity: 0, ties: 0 })).toContain('No number of pairs is enough');
  });

  it.each([
    [{ margin: 0.02, experiment: 'support' }, /--experiment, --arm: expected none/],
    [{ gate: 'latency_p95', margin: 0.02 }, /--margin: expected --ratio for latency_p95/],
    [{ gate: 'similarity', ratio: 1.2 }, /--ratio: expected --margin for similarity/],
    [{ gate: 'cost', margin: 0.1 }, /--margin: expected --ratio for cost/],
    [{ gate: 'first_chunk_p50', ratio: 0.9 }, /--ratio: expected more than 1 for first_chunk_p50, got 0.9/],
    [{ gate: 'errors', ratio: 1.2 }, /--ratio: expected --margin for errors/],
  ])('refuses %j', async (options, message) => {
    await expect(planned(options)).rejects.toThrow(ConfigurationError);
    await expect(planned(options)).rejects.toThrow(message);
  });

  it('names the experiments there are where another is meant', async () => {
    const options = { config: configOf('{ preset: safe }'), experiment: 'other' };
    await expect(planned(options)).rejects.toThrow(NotFoundError);
    await expect(planned(options)).rejects.toThrow('--experiment support');
    await expect(planned({ config: options.config, arm: 'other' })).rejects.toThrow(/no pair of a candidate other/);
  });
});
