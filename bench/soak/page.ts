import type { Tally } from '../load/calls.js';
import type { Account } from './account.js';
import { SOAK_FAULTS } from './faults.js';
import { QUIET_SECONDS } from './series.js';

/** What a soak has found. */
export interface SoakResult {
  readonly minutes: number;
  readonly perSecond: number;
  readonly slopes: Readonly<Record<string, { readonly slope: number; readonly bound: number; readonly flat: boolean }>>;
  readonly tally: Tally | null;
  readonly notAdmitted: Readonly<Record<string, number>>;
  readonly account: Account;
  readonly problems: readonly string[];
}

const list = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ') || 'nothing';

/** The result as a page of the docs. */
export function page({ minutes, perSecond, slopes, tally, notAdmitted, account, problems }: SoakResult): string {
  const rows = Object.entries(slopes).map(
    ([title, { slope, bound, flat }]) => `| ${title} | ${slope.toFixed(2)} | ${bound} | ${flat ? 'yes' : 'NO'} |`,
  );
  const { started = 0, right = 0, aborted = 0, wrong = 0, failed = 0 } = tally ?? {};
  return `# A soak

\`npm run soak\`: a service under ${perSecond} calls a second for ${minutes} minutes, every call with a shadow. Of ten calls six are whole answers
and four are streams, of which one is left at its first piece; one of twenty is given up before its headers. A fault begins with each
minute and is over in the first half of it, in turn: ${SOAK_FAULTS.map(({ title }) => title).join(', ')}.

![What the service holds](soak.svg)

| | a minute | at most | flat |
|---|---:|---:|---|
${rows.join('\n')}

The slope is that of Theil and Sen over the medians of each minute's last ${QUIET_SECONDS} seconds, the first minute left out. The bounds are what a leak
would break: a mebibyte a minute are 87 bytes a call.

Calls: ${started}; answered as by the provider ${right}, given up by the caller ${aborted}, wrong ${wrong}, failed ${failed}.
Legs: ${account.admitted} admitted = ${account.stored} stored + ${account.dropped} dropped + ${account.aside} aside + ${account.lost} lost. By reason: ${list(notAdmitted)}.
${problems.length === 0 ? '' : `\nProblems: ${problems.join('; ')}.\n`}`;
}
