import { FAULTS, PLACES, type Fault, type Place } from '../../test/chaos/faults-places.js';
import type { Third } from './client.js';

/** What is around a service while it is measured: everything well, or one fault in one place. */
export interface Around {
  readonly title: string;
  readonly fault?: { readonly place: Place; readonly fault: Fault };
  /** What the third arm has instead of us: nothing, which shows what the bench makes of three arms that are alike, or the least there is. */
  readonly third?: Exclude<Third, 'ours'>;
}

const PLACE_NAMES: Readonly<Record<Place, string>> = {
  candidate: 'candidate',
  Redis: 'redis',
  PostgreSQL: 'postgres',
  'OTLP collector': 'collector',
  evaluator: 'evaluator',
};

const FAULT_NAMES: Readonly<Record<Fault, string>> = {
  'down at start': 'down',
  killed: 'killed',
  'stopped (SIGSTOP)': 'stopped',
  'answering 500': '500',
  'slow by 60 s': 'slow',
  'answering garbage': 'garbage',
  'resetting in mid-stream': 'reset',
};

/** What runs without us measure the bench by: asked for by name alone. */
const CONTROLS: readonly (readonly [string, Around])[] = [
  ['without', { title: 'without us in all three', third: 'nothing' }],
  ['by-hand', { title: 'a span and metrics by hand, without us', third: 'by hand' }],
];

/** Every fault at every place of the suite of chaos, by a name such as `redis/killed`. */
const FAULTY = PLACES.flatMap((place) =>
  FAULTS.map((fault): readonly [string, Around] => [
    `${PLACE_NAMES[place]}/${FAULT_NAMES[fault]}`,
    { title: `${place}, ${fault}`, fault: { place, fault } },
  ]),
);

export const AROUND: ReadonlyMap<string, Around> = new Map([
  ...CONTROLS,
  ['healthy', { title: 'healthy' }] as const,
  ...FAULTY,
]);

/** @param names `healthy`, `redis/killed`, `redis` for all faults of a place. @throws on a name that there is not. */
export function namedAround(names: readonly string[]): readonly Around[] {
  return names.flatMap((name) => {
    const found = [...AROUND].filter(([key]) => key === name || key.startsWith(`${name}/`));
    if (found.length === 0) throw new Error(`--around ${name}: expected some of ${[...AROUND.keys()].join(', ')}`);
    return found.map(([, around]) => around);
  });
}

/** What one process is measured under, one after the other. */
export interface Service {
  readonly arounds: readonly [Around, ...Around[]];
  /** Its one fault is there before it starts. */
  readonly isDownAtStart: boolean;
}

/** Faults of one place are measured in one process, which has to become warm for some of a minute; one that starts with its fault is alone. */
export function servicesOf(arounds: readonly Around[]): readonly Service[] {
  const services: { arounds: [Around, ...Around[]]; isDownAtStart: boolean }[] = [];
  const placed = new Map<Place, Around[]>();
  for (const around of arounds) {
    const isDownAtStart = around.fault?.fault === 'down at start';
    const others = around.fault === undefined || isDownAtStart ? undefined : placed.get(around.fault.place);
    if (others !== undefined) {
      others.push(around);
      continue;
    }
    const together: [Around, ...Around[]] = [around];
    services.push({ arounds: together, isDownAtStart });
    if (around.fault !== undefined && !isDownAtStart) placed.set(around.fault.place, together);
  }
  return services;
}

/** All but the controls. */
export const WITH_US: readonly string[] = ['healthy', ...Object.values(PLACE_NAMES)];
