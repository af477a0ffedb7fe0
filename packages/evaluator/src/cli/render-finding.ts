import type { Finding } from '../doctor/finding.js';
import { printableLine } from './foreign-text.js';
import type { Style } from './style.js';

const MARKS = { ok: 'ok     ', warn: 'look   ', fail: 'FAILED ', skipped: 'skipped' } as const;

/** What a check has found, and in a second line what is to be done. Pure. */
export function renderFinding({ check, status, found, fix }: Finding, style: Style): string {
  const mark = { ok: style.good, warn: style.doubtful, fail: style.bad, skipped: style.dim }[status](MARKS[status]);
  // Others have written parts of all three: names of experiments, answers of servers.
  const line = `${mark}  ${printableLine(check)}: ${printableLine(found)}`;
  return fix === undefined ? line : `${line}\n         ${style.bold('fix:')} ${printableLine(fix)}`;
}
