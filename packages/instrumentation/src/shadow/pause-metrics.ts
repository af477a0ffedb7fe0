import type { Attributes, Meter } from '@opentelemetry/api';
import { METRIC_PAUSED, METRIC_PAUSES } from '../semconv.js';
import { observedCounterOf, observedGaugeOf } from '../capture/instruments.js';
import { PAUSE_REASONS } from '../metric-descriptions.js';
import type { DropReason } from '../trial/funnel.js';

interface State {
  readonly attributes: Attributes;
  begun: number;
  paused: boolean;
}

/** How often the shadows of each experiment have paused, and whether they do now, by reason: all at zero from the start. */
export class PauseMetrics {
  readonly #states = new Map<string, State>();

  constructor(experiments: Iterable<string>) {
    for (const experiment of experiments) {
      for (const reason of PAUSE_REASONS)
        this.#states.set(`${reason} ${experiment}`, { attributes: { reason, experiment }, begun: 0, paused: false });
    }
  }

  /** @param now Whether a pause begins, or has ended. */
  paused(reason: DropReason, experiment: string, now: boolean): void {
    const state = this.#states.get(`${reason} ${experiment}`);
    if (state === undefined) return;
    state.paused = now;
    if (now) state.begun += 1;
  }

  observe(meter: Meter): void {
    const states = this.#states;
    observedCounterOf(meter, METRIC_PAUSES).addCallback((result) => {
      for (const { attributes, begun } of states.values()) result.observe(begun, attributes);
    });
    observedGaugeOf(meter, METRIC_PAUSED).addCallback((result) => {
      for (const { attributes, paused } of states.values()) result.observe(paused ? 1 : 0, attributes);
    });
  }
}
