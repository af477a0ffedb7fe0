import { type Control, hasEnd, type Window } from '@understudy/instrumentation/experiment';
import { type Progress, progressOf, windowOf } from '../decide/target.js';
import type { RunState } from '../ledger/snapshot.js';
import { count, percent, time } from './style.js';

type Live = Pick<RunState, 'arms' | 'bounds' | 'control'>;

/** What bounds a run's shadowing and what people have set, as far as there is any of it. */
export function renderBounds(state: Live, at: number): readonly string[] {
  const { bounds, control } = state;
  const window = windowOf(state);
  const progress = progressOf(state);
  return [
    ...(bounds?.enabled === false && control?.enabled === undefined ? ['switched off by its configuration'] : []),
    ...(control === null || isEmpty(control) ? [] : [`control: ${describeControl(control)}`]),
    ...(window === null ? [] : [describeWindow(window, at)]),
    ...(progress === null ? [] : [describeProgress(progress)]),
  ];
}

/** `off, rate 0.05, set 2026-11-21 12:00:00 by ann`. */
export function describeControl(control: Control): string {
  const { enabled, rate, window } = control;
  const parts = [
    ...(enabled === undefined ? [] : [enabled ? 'on' : 'off']),
    ...(rate === undefined ? [] : [`rate ${rate}`]),
    ...(window?.from === undefined ? [] : [`from ${time(window.from)}`]),
    ...(window?.until === undefined ? [] : [`until ${time(window.until)}`]),
  ];
  return `${parts.length === 0 ? 'nothing set, all as configured' : parts.join(', ')}; ${describeSetter(control)}`;
}

function describeSetter({ setAt, by }: Control): string {
  // From the store: a terminal does what it is told by what is not plain text.
  const who = by === undefined || by === '' ? '' : ` by ${by.replaceAll(/[^\x20-\x7e]/g, '?')}`;
  return `set ${time(setAt)}${who}`;
}

function isEmpty({ enabled, rate, window }: Control): boolean {
  return enabled === undefined && rate === undefined && window === undefined;
}

/** The window, and whether it is open at `at`. */
function describeWindow(window: Window, at: number): string {
  const end = hasEnd(window) ? `until ${time(window.until)}` : 'without an end';
  const begin = window.from > 0 ? `from ${time(window.from)} ` : '';
  const now = at < window.from ? ': not open yet' : at >= window.until ? ': it is over, nothing more is shadowed' : '';
  return `window ${begin}${end}${now}`;
}

function describeProgress({ target, pairs, phase }: Progress): string {
  const of = `target: ${count(pairs)} of ${count(target.pairs)} pairs`;
  switch (phase) {
    case 'open':
      return `${of} (${percent(pairs / target.pairs)})`;
    case 'slow':
      return `${of}: reached, goes on at a rate of ${target.rate}`;
    case 'stopped':
      return `${of}: reached, nothing more is shadowed`;
  }
}
