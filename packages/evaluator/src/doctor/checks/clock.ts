import { type Finding, fail, ok, warn } from '../finding.js';

/** Slices are told by the clocks of services: what is this far off lands in others' slices. */
const NOTABLE_MS = 2_000;
const FATAL_MS = 60_000;

/** How far this machine's clock is from a store's. @param aroundMs how long the question took: no difference below it can be told. */
export function checkClock(store: string, differenceMs: number, aroundMs: number): Finding {
  const check = `clock against the ${store}`;
  const off = Math.max(0, Math.abs(differenceMs) - aroundMs);
  const found = off < 1000 ? 'less than a second apart' : `${(off / 1000).toFixed(1)} s apart`;
  const fix =
    'synchronise the clocks (NTP) of this machine, the services and the stores: slices of time are closed by them';
  if (off >= FATAL_MS) return fail(check, found, fix);
  return off >= NOTABLE_MS ? warn(check, found, fix) : ok(check, found);
}
