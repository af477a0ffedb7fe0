import { expect, it } from 'vitest';
import { type CoveredClass, uncoveredClass } from '../../packages/evaluator/src/decide/coverage-hold.js';
import { foundOf } from './found.js';
import { type Random, seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

const RUNS = 10 * SCALE;
const DAYS = 14;
const HOURS = 24;
const POLICY = { minCoverage: 0.9 };

/** How likely a call of an hour is to be refused. */
type Refused = (day: number, hour: number, minute: number) => number;

interface Service {
  readonly service: string;
  /** Calls that are drawn, a day. */
  readonly calls: number;
  readonly refused: Refused;
}

const SERVICES: readonly Service[] = [
  { service: 'refuses 5 %, at any time', calls: 2000, refused: () => 0.05 },
  {
    service: 'is deployed once a day at noon: a minute without',
    calls: 2000,
    refused: (_, hour, minute) => Number(hour === 12 && minute === 0),
  },
  {
    service: 'began five minutes before midnight, one of them without',
    calls: 2000,
    refused: (day, hour, minute) => (day === 0 && hour === 23 && minute === 55 ? 1 : 0),
  },
  {
    service: 'is paused from 14:00 to 14:20 each day',
    calls: 2000,
    refused: (_, hour, minute) => Number(hour === 14 && minute < 20),
  },
  {
    service: 'was paused for one hour of the third day',
    calls: 2000,
    refused: (day, hour) => Number(day === 2 && hour === 14),
  },
  {
    service: 'refuses 30 % from 2:00 to 5:00',
    calls: 2000,
    refused: (_, hour) => (hour >= 2 && hour < 5 ? 0.3 : 0.01),
  },
];

const LATE = 'began five minutes before midnight, one of them without';

/** By hour: from the first look that holds to the last; a look an hour. */
function held({ service, calls, refused }: Service, random: Random, byLiteral: boolean): readonly number[] {
  const hours = Array.from({ length: HOURS }, () => ({ admitted: 0, skipped: 0 }));
  const looks: number[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    for (let hour = 0; hour < HOURS; hour += 1) {
      if (service === LATE && day === 0 && hour < 23) continue;
      const own = hours[hour] ?? { admitted: 0, skipped: 0 };
      const many = Math.round((calls / HOURS) * (1 + 0.7 * Math.sin((hour - 9) / 4)));
      for (let at = 0; at < many; at += 1) {
        const minute = Math.floor((60 * at) / many);
        if (service === LATE && day === 0 && minute < 55) continue;
        if (random.chance(refused(day, hour, minute))) own.skipped += 1;
        else own.admitted += 1;
      }
      const isBad = byLiteral
        ? hours.some(({ admitted, skipped }) => skipped > 0.1 * (admitted + skipped))
        : uncoveredClass(POLICY, classesOf(hours)) !== null;
      if (isBad) looks.push(day * HOURS + hour);
    }
  }
  return looks;
}

function classesOf(hours: readonly { readonly admitted: number; readonly skipped: number }[]): readonly CoveredClass[] {
  return hours.flatMap(({ admitted, skipped }, hour) => {
    const traffic = admitted + skipped;
    if (traffic === 0) return [];
    const share = admitted / traffic;
    const coverage = { admitted, skipped, reasons: { paused_heap: skipped }, share, traffic, weight: traffic };
    return [{ name: `calls of hour ${hour}`, coverage, critical: false }];
  });
}

it('holds for hours that are left out again and again, and not for ever for one', () => {
  const random = seeded(231);
  const rows = SERVICES.map((service) => {
    const runs = Array.from({ length: RUNS }, () => held(service, random, false));
    const literal = Array.from({ length: RUNS }, () => held(service, random, true));
    const some = runs.filter((looks) => looks.length > 0);
    const day = (look: number | undefined): number | string =>
      look === undefined ? '-' : 1 + Math.floor(look / HOURS);
    return {
      'the service': service.service,
      'runs held': some.length / RUNS,
      'first on day': day(some.map(([first]) => first ?? 0).toSorted((a, b) => a - b)[Math.floor(some.length / 2)]),
      'last on day': day(
        some
          .map((looks) => looks.at(-1) ?? 0)
          .toSorted((a, b) => a - b)
          .at(-1),
      ),
      'held by the bare share': literal.filter((looks) => looks.length > 0).length / RUNS,
    };
  });
  printTable(`Coverage by the hour of the day, 2,000 calls a day, ${RUNS} runs of ${DAYS} days, a look an hour`, rows);
  const [steady, deployed, late, paused, once, nights] = rows.map((row) => row['runs held']);
  foundOf('hours', { without: rows[0]?.['held by the bare share'] ?? 0, with: steady ?? 1, atMost: 0 });
  expect([steady, deployed, late]).toEqual([0, 0, 0]);
  expect([paused, once, nights]).toEqual([1, 1, 1]);
  expect(rows[3]?.['last on day']).toBe(DAYS);
  expect(rows[4]?.['last on day']).toBeLessThan(DAYS - 2);
  expect(rows[5]?.['last on day']).toBe(DAYS);
  expect(rows[0]?.['held by the bare share']).toBeGreaterThan(0.2);
});
