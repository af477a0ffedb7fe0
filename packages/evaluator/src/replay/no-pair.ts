import { AA_ARM } from '@understudy/instrumentation/trial';
import type { FunnelState } from '../ledger/snapshot.js';
import type { Gate } from '../tally/gates.js';

/** What is known of the lines where no gate has a pair. */
export interface WithoutPairs {
  readonly arm: string;
  readonly funnel: Pick<FunnelState, 'admitted'>;
  readonly gates: readonly Gate[];
  /** Some line has the incumbent asked a second time. */
  readonly noise: boolean;
  /** The win rate is a gate, which waits for something of its own. */
  readonly winRate: boolean;
  /** Arms in the lines that the experiment does not have. */
  readonly otherArms: readonly string[];
}

/** Why no pair of a replay counts, for a person: nothing of it will come later. Pure. */
export function whyNoPair({ arm, funnel, gates, noise, winRate, otherArms }: WithoutPairs): string {
  if (funnel.admitted === 0) {
    const others = otherArms.length === 0 ? '' : `; there are legs of ${otherArms.join(', ')}`;
    return `no pair counts: no line has a leg of ${arm}${others}`;
  }
  const reasons = gates.flatMap((gate) => {
    if (gate.noise && !noise) return [`${gate.name} needs the leg ${AA_ARM}, which no line has`];
    if (gate.freezing === null) return [];
    return [
      `${gate.name} takes its threshold from the first ${gate.freezing.minimum} calls (\`thresholdMs\` gives it)`,
    ];
  });
  if (reasons.length === 0 && winRate && gates.length === 0) return 'no pair counts: win_rate has none';
  const why =
    reasons.length === 0 ? 'no gate applies to any of the calls, or the incumbent failed in all' : reasons.join(', ');
  return `no pair counts: ${why}`;
}
