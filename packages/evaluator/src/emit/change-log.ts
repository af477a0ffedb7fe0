import { type Logger, SeverityNumber } from '@opentelemetry/api';
import type { VerdictChange } from '../ledger/change.js';
import {
  ATTR_ARM,
  ATTR_EXPERIMENT,
  ATTR_RUN,
  ATTR_VERDICT_PAIRS,
  ATTR_VERDICT_PREVIOUS,
  ATTR_VERDICT_REASON,
  ATTR_VERDICT_STATE,
  EVENT_VERDICT_CHANGED,
} from '../semconv.js';

const SEVERITY: Readonly<Record<VerdictChange['state'], readonly [SeverityNumber, string]>> = {
  go: [SeverityNumber.INFO, 'INFO'],
  go_provisional: [SeverityNumber.INFO, 'INFO'],
  hold: [SeverityNumber.INFO, 'INFO'],
  no_go: [SeverityNumber.WARN, 'WARN'],
  invalid: [SeverityNumber.WARN, 'WARN'],
};

/** A log record for a verdict that is not what it was; its body is the sentence. */
export function emitChange(logger: Logger, change: VerdictChange): void {
  const { experiment, arm, run, state, previous, reason, sentence, pairs, at } = change;
  const [severityNumber, severityText] = SEVERITY[state];
  logger.emit({
    eventName: EVENT_VERDICT_CHANGED,
    timestamp: at,
    severityNumber,
    severityText,
    body: sentence,
    attributes: {
      [ATTR_EXPERIMENT]: experiment,
      [ATTR_ARM]: arm,
      [ATTR_RUN]: run,
      [ATTR_VERDICT_STATE]: state,
      ...(previous !== null && { [ATTR_VERDICT_PREVIOUS]: previous }),
      [ATTR_VERDICT_REASON]: reason,
      [ATTR_VERDICT_PAIRS]: pairs,
    },
  });
}
