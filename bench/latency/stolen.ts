import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** Of Linux: time is counted in hundredths of a second (`USER_HZ`). */
const TICK_MS = 10;
/** `cpu`, then user, nice, system, idle, iowait, irq, softirq, steal (proc_stat(5)). */
const STEAL_FIELD = 8;

/**
 * Milliseconds, over all processors since the machine started, in which a processor of this machine had work and its hypervisor ran
 * something else. 0 where nobody says, as outside of Linux.
 */
function stolenMs(): number {
  try {
    const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    return Number(all.split(/ +/)[STEAL_FIELD] ?? 0) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Begins to look at a time; what it returns ends that: the share of the machine that was stolen in it. */
export function watchStolen(): () => number {
  const [from, startedAt] = [stolenMs(), performance.now()];
  return () => (stolenMs() - from) / ((performance.now() - startedAt) * cpus().length);
}
