import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitOfState } from '../../packages/evaluator/src/cli/exit-codes.js';
import { healthRates } from '../../packages/evaluator/src/judge/trial/health-rates.js';
import { HEALTH_LIMITS } from '../../packages/evaluator/src/judge/trial/fitness.js';
import { NEW_VIGIL, tiesUntilFound } from '../../packages/evaluator/src/judge/trial/vigil.js';
import { closeAt, compactAt } from '../integration/ledger-script.js';
import { type Pairs, type Side, truthOf } from '../simulation/judge.js';
import { seeded } from '../simulation/random.js';
import {
  type ClosingWorld,
  DAY,
  evidenceOf,
  type History,
  historyOf,
  judgeAll,
  JUDGE,
  labelAll,
  lookAt,
  openWorld,
  SOON,
  store,
} from './closing-world.js';

const GOOD: Pairs = { mean: 0.8, ties: 0.2, longer: 0 };
/** Below .5 - .2, which is what the policy allows. */
const BAD: Pairs = { mean: 0.25, ties: 0.3, longer: 0 };
const honest = (truth: Side): Side => truth;
const inverted = (truth: Side): Side => (1 - truth) as Side;

let world: ClosingWorld;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.end());

function pairsOf(kind: Pairs, seed: number, options: { labels: number; each?: number; unsent?: number }): History {
  const random = seeded(seed);
  const { each = 100 } = options;
  return historyOf(each, () => truthOf(random, kind), seed, options);
}

/** A whole run: everything is judged, then people answer, then every deadline is over. */
async function wholeRun(
  history: History,
  options: { sensitivity?: number; verdict: (truth: Side) => Side | null; answered?: number },
) {
  const { sensitivity = 0.9, verdict, answered = 1 } = options;
  const rows = await store(world, history, sensitivity);
  await judgeAll(world, rows, verdict);
  const judged = await lookAt(world, history, SOON);
  const { experiment } = history.producer.run;
  await labelAll(world, SOON + 1000, { random: seeded(7), answered, experiment });
  const labelled = await lookAt(world, history, SOON + 4 * DAY);
  return { judged: judged.verdict, labelled: labelled.verdict };
}

describe('the word of the judge alone', () => {
  it('is GO_PROVISIONAL at best, which only passes where that is accepted', async () => {
    const { labelled } = await wholeRun(pairsOf(GOOD, 1, { labels: 0 }), { verdict: honest });
    expect(labelled).toMatchObject({ state: 'go_provisional', reason: 'provisional', holds: [] });
    expect(labelled.sentence).toMatch(/^GO_PROVISIONAL: after 300 pairs .*by the word of the judge alone/);
    expect(exitOfState(labelled.state, { acceptProvisional: false })).toBe(2);
    expect(exitOfState(labelled.state, { acceptProvisional: true })).toBe(0);
  });

  it('is asked for beside the gates of a policy that does not name it', async () => {
    const random = seeded(9);
    const history = historyOf(100, () => truthOf(random, GOOD), 9, { labels: 0, gates: { errors: { margin: 0.1 } } });
    const { judged, labelled } = await wholeRun(history, { verdict: honest });
    expect(labelled.gates.map(({ gate }) => gate)).toEqual(['errors', 'win_rate']);
    expect([judged.state, labelled.state]).toEqual(['go_provisional', 'go_provisional']);
    const blind = historyOf(100, () => 1, 10, { labels: 0, gates: { errors: { margin: 0.1 } } });
    const { labelled: held } = await wholeRun(blind, { sensitivity: 0.1, verdict: honest });
    expect(held).toMatchObject({ state: 'hold', reason: 'judge_insensitive' });
  });

  it('is nothing before canaries that come after its evidence vouch for the judge', async () => {
    const history = pairsOf(GOOD, 12, { labels: 0 });
    await judgeAll(world, await store(world, history, 0.9), honest);
    const { verdict } = await lookAt(world, history, SOON, { vouched: false });
    const unproven = tiesUntilFound(NEW_VIGIL, 0.9, HEALTH_LIMITS);
    expect(unproven).toBeGreaterThan(2);
    expect(verdict).toMatchObject({ state: 'hold', gates: [{ state: 'waiting', winRate: { unproven } }] });
    expect(verdict.sentence).toContain(`win_rate waits for ${unproven} more canaries beside its pairs`);
    // Nothing new is closed.
    await lookAt(world, history, SOON);
    expect((await lookAt(world, history, SOON)).verdict.state).toBe('go_provisional');
  });

  it('proves nothing where the judge always says TIE, whatever people say', async () => {
    for (const [seed, labels] of [
      [2, 0],
      [3, 0.1],
    ] as const) {
      const { judged, labelled } = await wholeRun(pairsOf(BAD, seed, { labels }), {
        sensitivity: -0.02,
        verdict: () => 0.5,
      });
      for (const verdict of [judged, labelled]) {
        expect(verdict).toMatchObject({ state: 'hold', holds: [{ reason: 'judge_insensitive' }, {}] });
        expect(verdict.sentence).toContain('J = -0.02');
      }
    }
  });

  it('stops counting once the judge is found unfit', async () => {
    const history = pairsOf(GOOD, 6, { labels: 0 });
    const { judged } = await wholeRun(history, { verdict: honest });
    expect(judged.state).toBe('go_provisional');
    await world.sql(`update understudy.judge_state set unfit = 'false_wins' where run = $1`, [history.producer.run.id]);
    const { verdict } = await lookAt(world, history, SOON);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'judge_insensitive' });
    expect(verdict.sentence).toContain('unfit (false_wins)');
  });

  it('stops a candidate that harms', async () => {
    const { labelled } = await wholeRun(pairsOf({ ...BAD, mean: 0.1, ties: 0.1 }, 4, { labels: 0 }), {
      verdict: honest,
    });
    expect(labelled).toMatchObject({ state: 'no_go', reason: 'harm' });
  });

  it('waits for what canaries say of the judge', async () => {
    const history = pairsOf(GOOD, 5, { labels: 0, each: 20 });
    const rows = await store(world, history, 0.9);
    await world.sql('update understudy.judge_state set sensitivity = null where run = $1', [history.producer.run.id]);
    await judgeAll(world, rows, honest);
    const standing = await lookAt(world, history, SOON);
    expect(standing.verdict.gates[0]).toMatchObject({ gate: 'win_rate', state: 'waiting', pairs: 0 });
    expect(standing.state.preferences).toEqual({});
  });
});

describe('labels of a tenth of the pairs', () => {
  it('make it GO where people find the candidate good', async () => {
    const history = pairsOf(GOOD, 11, { labels: 0.1, each: 200 });
    const { judged, labelled } = await wholeRun(history, { verdict: honest });
    expect(judged.state).toBe('go_provisional');
    expect(labelled).toMatchObject({ state: 'go', reason: 'safe' });
    expect(labelled.gates[0]?.winRate?.labels?.kappa).toBe(1);
    const { run } = history.producer;
    const { health } = (await world.ledger.judging.state(run.id, JUDGE))!;
    const { answered = 0 } = labelled.gates[0]?.winRate?.labels ?? {};
    expect(answered).toBeGreaterThan(30);
    expect(
      healthRates(health)
        .agreement.flat()
        .reduce((sum, one) => sum + one, 0),
    ).toBe(answered);
    expect(health.labels.judgeRight).toBe(health.labels.named);
  });

  it.each([
    ['all answered', 1, [21, 22]],
    ['40 % unanswered', 0.6, [23, 24]],
  ])('do not let a judge pass a bad candidate that prefers the wrong side: %s', async (_what, answered, seeds) => {
    for (const seed of seeds) {
      const { judged, labelled } = await wholeRun(pairsOf(BAD, seed, { labels: 0.1, each: 150 }), {
        verdict: inverted,
        answered,
      });
      // The judge alone is fooled, so this run would pass without labels.
      expect(judged.state).toBe('go_provisional');
      const [gate] = labelled.gates;
      expect(gate?.safeLogE).toBeLessThan(1);
      expect(['go_provisional', 'hold', 'no_go']).toContain(labelled.state);
      expect(gate?.winRate?.labels?.answered).toBeLessThanOrEqual(gate?.winRate?.labels?.offered ?? 0);
    }
  });

  it('hold a bad candidate as soon as they are given, while others have not answered', async () => {
    const history = pairsOf(BAD, 25, { labels: 0.3 });
    const { run } = history.producer;
    const rows = await store(world, history, 0.9);
    await judgeAll(world, rows, inverted);
    expect((await lookAt(world, history, SOON)).verdict.state).toBe('go_provisional');
    const [oldest, ...others] = (
      await world.sql('select pair::text as pair from understudy.labels where run = $1 order by slice, pair', [run.id])
    ).map(({ pair }) => pair);
    expect(oldest).toBeDefined();
    // Past the ledger, so that nothing is told of the judge: people find what is true, and the judge says the opposite.
    await world.sql(
      `update understudy.labels l set answer = 1 - j.score, answered_at = $2 from understudy.judgements j
       where j.pair = l.pair and l.pair = any($1::uuid[])`,
      [others, SOON + 500],
    );
    const { verdict, state } = await lookAt(world, history, SOON + 60_000);
    expect(state.labels).toMatchObject({ open: 1, answered: others.length });
    expect(state.preferences['_all']?.labelled).toBe(null);
    expect(verdict).toMatchObject({ state: 'hold', gates: [{ state: 'waiting' }] });
    expect(verdict.gates[0]?.winRate?.labels).toMatchObject({ offered: others.length + 1, answered: others.length });
  });

  it('say nothing while nobody answers, and count against it when their time is over', async () => {
    const { judged, labelled } = await wholeRun(pairsOf(GOOD, 31, { labels: 0.1 }), { verdict: honest, answered: 0 });
    expect(judged.state).toBe('go_provisional');
    expect(labelled.state).toBe('go_provisional');
    expect(labelled.gates[0]?.safeLogE).toBeLessThan(0);
    expect(labelled.gates[0]?.winRate?.labels).toMatchObject({ answered: 0, kappa: null });
    expect(labelled.gates[0]?.winRate?.labels?.offered).toBeGreaterThan(15);
  });
});

describe('closing', () => {
  it('is the same evidence whatever the order of arrival, the looks between, and what comes too late', async () => {
    const other = await openWorld();
    try {
      const random = seeded(41);
      const history = pairsOf(GOOD, 42, { labels: 0.3, each: 40, unsent: 5 });
      const { run } = history.producer;
      const verdict = (truth: Side): Side | null => (truth === 0 ? null : truth);

      const rows = await store(world, history, 0.9);
      await judgeAll(world, rows, verdict);
      await lookAt(world, history, SOON);
      await labelAll(world, SOON, { random: seeded(43), answered: 1, experiment: run.experiment });
      await lookAt(world, history, SOON + 4 * DAY);
      const expected = await evidenceOf(world, run.id);
      expect(expected.map(({ stream, metric }) => `${String(stream)} ${String(metric)}`)).toEqual([
        '_all win_rate_judge_harm',
        '_all win_rate_judge_safe',
        '_all win_rate_labels',
        '_none win_rate_judge_harm',
        '_none win_rate_judge_safe',
        '_none win_rate_labels',
        'day win_rate_judge_harm',
        'day win_rate_judge_safe',
        'day win_rate_labels',
      ]);
      // All of it is of one day: its sums are those of the overall stream.
      const bytesOf = (stream: string) => expected.filter((row) => row['stream'] === stream).map((row) => row['bytes']);
      expect(bytesOf('day')).toEqual(bytesOf('_all'));

      const [hello, ...batches] = history.batches;
      const same = await store(other, { ...history, batches: [hello!, ...random.shuffle(batches)] }, 0.9);
      const shuffled = random.shuffle(same);
      for (let from = 0; from < shuffled.length; from += 30) {
        await lookAt(other, history, SOON - 1000 + from);
        await judgeAll(other, shuffled.slice(from, from + 30), verdict);
      }
      await lookAt(other, history, SOON);
      for (const chunk of [0, 1, 2]) {
        await labelAll(other, SOON + chunk, {
          random: seeded(44 + chunk),
          answered: chunk === 2 ? 1 : 0.4,
          experiment: run.experiment,
        });
        await lookAt(other, history, SOON + chunk);
      }
      await lookAt(other, history, SOON + 4 * DAY);
      expect(await evidenceOf(other, run.id)).toEqual(expected);

      // Everything changes its mind, too late.
      await other.sql(`update understudy.judgements set score = 0, status = 'judged' where run = $1`, [run.id]);
      await other.sql('update understudy.labels set answer = 0 where run = $1', [run.id]);
      await closeAt(other.ledger, run, SOON + 5 * DAY);
      await compactAt(other.ledger, SOON + 5 * DAY);
      expect(await evidenceOf(other, run.id)).toEqual(expected);
    } finally {
      await other.end();
    }
  });

  it('waits for a judgement until its deadline, then gives it up for good', async () => {
    const history = pairsOf(GOOD, 51, { labels: 0.5, each: 20 });
    const { run } = history.producer;
    const rows = await store(world, history, 0.9);
    const [late, ...rest] = rows;
    await judgeAll(world, rest, honest);
    const before = await lookAt(world, history, SOON);
    expect(before.state.preferences).toEqual({});
    const { state } = await lookAt(world, history, SOON + DAY / 12);
    expect(state.judgements.find(({ outcome }) => outcome === 'abstained')).toMatchObject({ pairs: 1 });
    await judgeAll(world, [late!], () => 1);
    const [row] = await world.sql('select status from understudy.judgements where pair = $1 and judge = $2', [
      late!.pair,
      JUDGE,
    ]);
    expect(row).toEqual({ status: 'abstained' });
    const [closed] = await world.sql(
      `select complete::int, deadline::int from understudy.closed where run = $1 and metric = 'judgements'`,
      [run.id],
    );
    expect(closed).toEqual({ complete: 2, deadline: 1 });
  });

  it('counts what was lost as missing in both forms, though the counts are long compacted when people have answered', async () => {
    const history = pairsOf(GOOD, 61, { labels: 0.5, each: 20, unsent: 7 });
    const rows = await store(world, history, 0.9);
    await judgeAll(world, rows, honest);
    const { state: judged } = await lookAt(world, history, SOON);
    expect(judged.preferences['_all']?.judged).not.toBeNull();
    await compactAt(world.ledger, SOON + 2 * DAY);
    const { verdict } = await lookAt(world, history, SOON + 4 * DAY);
    expect(verdict.gates[0]).toMatchObject({ pairs: 67, missing: 7 });
    const left = await world.sql(
      `select (select count(*)::int from understudy.missing_legs where run = $1) as legs,
         (select count(*)::int from understudy.win_rate_slices where run = $1) as slices`,
      [history.producer.run.id],
    );
    expect(left).toEqual([{ legs: 0, slices: 0 }]);
  });
});
