import { describe, expect, it } from 'vitest';
import type { CanarySource } from './canary.js';
import { CANARY_KINDS, type CanaryKind, TELLING_KINDS } from './canary-kinds.js';
import { type CanaryPlan, planCanaries, REST, tellingOf } from './plan-canaries.js';

/** Deterministic and spread out: multiples of the golden ratio. */
function lots(kind: CanaryKind, source: number): () => number {
  let at = source + kind.length / 10;
  return () => (at += 0.618_033_988_75) % 1;
}

const long = (at: number, numbers = true): CanarySource => ({
  request: `[user]\nWhere is order ${at}?`,
  answer: `Order ${numbers ? at : `A${'x'.repeat(at)}`} was shipped to you on Friday, and the invoice will follow by post.`,
});
const short = (at: number, labels = 3): CanarySource => ({
  request: `[user]\nWhat is ticket ${at} about?`,
  answer: ['billing', 'refund', 'shipping', 'spam'][at % labels] ?? '',
});
const sources = (count: number, of: (at: number) => CanarySource): readonly CanarySource[] =>
  Array.from({ length: count }, (_, at) => of(at));
const byKind = ({ canaries }: CanaryPlan): Readonly<Record<string, number>> =>
  Object.fromEntries(
    CANARY_KINDS.flatMap((kind) => {
      const given = canaries.filter(({ canary }) => canary.kind === kind).length;
      return given === 0 ? [] : [[kind, given]];
    }),
  );

describe('a plan of canaries', () => {
  it('is mostly of telling kinds, and of each as many', () => {
    const plan = planCanaries(sources(140, long), 200, lots);
    expect(plan.missing).toBe(0);
    expect(byKind(plan)).toEqual({
      identical: 10,
      padded: 30,
      truncated: 35,
      shuffled: 35,
      wrong_argument: 35,
      other_answer: 35,
      empty: 5,
      colon: 5,
      null_model: 5,
      choose_b: 5,
    });
    const firsts = plan.canaries.filter(({ canary }) => canary.better === 'primary').length;
    expect(Math.abs(firsts - 95)).toBeLessThan(30);
  });

  it('has 14 telling canaries of 20, and the padded ones at its end', () => {
    for (const [count, telling, long] of [
      [20, 14, 3],
      [40, 28, 6],
      [100, 70, 15],
      [200, 140, 30],
    ] as const) {
      expect(tellingOf(count)).toBe(telling);
      const kinds = planCanaries(
        sources(200, (at) => ({ ...short(at), answer: `answer ${at}` })),
        count,
        lots,
      ).canaries;
      const last = kinds.slice(-long).map(({ canary }) => canary.kind);
      expect([new Set(last), last.length]).toEqual([new Set(['padded']), long]);
    }
  });

  it('gives a canary beside a pair each kind as often as a trial does', () => {
    const share = (kind: CanaryKind): number => REST.filter((one) => one === kind).length / REST.length;
    expect([share('padded'), share('identical'), share('empty')]).toEqual([30 / 60, 10 / 60, 5 / 60]);
  });

  it('tries no kind twice on one source', () => {
    for (const given of [35, 50, 140, 500]) {
      const { canaries } = planCanaries(sources(given, long), 200, lots);
      expect(canaries).toHaveLength(200);
      const places = canaries.map(({ canary, source }) => `${canary.kind} ${source}`);
      expect(new Set(places).size).toBe(200);
      expect(new Set(canaries.map(({ canary }) => JSON.stringify(canary.pair))).size).toBe(200);
    }
  });

  it('takes each telling canary from another source where there are enough of them', () => {
    const { canaries } = planCanaries(sources(140, long), 200, lots);
    const telling = canaries.filter(({ canary }) => (TELLING_KINDS as readonly string[]).includes(canary.kind));
    expect(new Set(telling.map(({ source }) => source)).size).toBe(tellingOf(200));
  });

  it('is not made of a few answers, however often they are given', () => {
    expect(planCanaries(sources(1, long), 200, lots)).toEqual({ canaries: [], missing: 137 });
    expect(planCanaries(sources(34, long), 200, lots)).toEqual({ canaries: [], missing: 4 });
    expect(planCanaries([], 200, lots)).toEqual({ canaries: [], missing: 140 });
    // One answer to a thousand requests: it can be broken once in each way.
    const same = sources(1000, (at) => ({ request: `[user]\n${at}`, answer: long(7).answer }));
    expect(planCanaries(same, 200, lots)).toEqual({ canaries: [], missing: 137 });
  });

  it('takes of short answers those of others, and never an empty one in their place', () => {
    const plan = planCanaries(sources(140, short), 200, lots);
    expect(byKind(plan)).toMatchObject({ identical: 10, padded: 30, other_answer: 140, empty: 5 });
    for (const { canary } of plan.canaries)
      if (canary.kind === 'other_answer') expect(canary.pair.primary).not.toBe(canary.pair.shadow);
    expect(planCanaries(sources(139, short), 200, lots)).toEqual({ canaries: [], missing: 1 });
    // All tickets are about the same: nobody can be shown a wrong answer.
    expect(
      planCanaries(
        sources(500, (at) => short(at, 1)),
        200,
        lots,
      ),
    ).toEqual({ canaries: [], missing: 140 });
  });

  it('goes on to the next source where one is what a kind would make of it', () => {
    const plan = planCanaries([{ request: 'x', answer: ':' }, ...sources(60, long)], 200, lots);
    expect(byKind(plan)).toMatchObject({ identical: 10, colon: 5, empty: 5 });
  });

  it('takes answers in scripts without spaces apart by their letters', () => {
    const said =
      '您的订单已于星期五发出共有十二个包裹发票将于下周通过邮寄方式送达如有任何疑问请随时与我们的客服人员联系谢谢';
    const of = (at: number): CanarySource => ({
      request: `[user]\n${at}`,
      answer: `${said}${String.fromCodePoint(0x4e00 + at)}`,
    });
    expect(byKind(planCanaries(sources(60, of), 200, lots))).toMatchObject({ truncated: 47, shuffled: 46 });
  });

  it('leaves out a kind that hardly any answer allows', () => {
    const few = (count: number) => sources(60, (at) => long(at, at < count));
    expect(byKind(planCanaries(few(0), 200, lots))).not.toHaveProperty('wrong_argument');
    expect(byKind(planCanaries(few(2), 200, lots))).not.toHaveProperty('wrong_argument');
    expect(byKind(planCanaries(few(3), 200, lots))).toHaveProperty('wrong_argument', 3);
  });
});
