import { type Misconfiguration, MISCONFIGURATIONS } from '@understudy/instrumentation/trial';

/** Where else a cause is seen. `dropped`: the reason under which its calls leave the funnel. `checks`: of `doctor`, which look before anything runs. */
const ELSEWHERE: Readonly<
  Record<Misconfiguration, { readonly dropped: string | null; readonly checks: string | null }>
> = {
  candidate_key: { dropped: null, checks: 'candidate ARM of EXPERIMENT' },
  candidate_model: { dropped: null, checks: 'candidate ARM of EXPERIMENT' },
  candidate_request: { dropped: null, checks: 'candidate ARM of EXPERIMENT' },
  candidate_unreachable: { dropped: null, checks: 'candidate ARM of EXPERIMENT' },
  unpriced: { dropped: 'unpriced', checks: 'prices of EXPERIMENT' },
  rate_zero: { dropped: 'disabled', checks: 'experiment EXPERIMENT' },
  window_over: { dropped: 'disabled', checks: 'experiment EXPERIMENT' },
  untapped: { dropped: 'untapped', checks: 'order of loading' },
  two_apis: { dropped: 'not_recording', checks: '@opentelemetry/api' },
  not_recorded: { dropped: 'not_recording', checks: 'exporter of traces' },
  redis_evicts: { dropped: null, checks: 'redis eviction' },
  no_evaluator: { dropped: null, checks: 'both sides of the queue' },
  no_service: { dropped: null, checks: 'run of EXPERIMENT' },
  no_exporter: { dropped: null, checks: 'exporter of traces' },
  clock_skew: { dropped: null, checks: 'clock against the queue' },
};

/** The check of `doctor` that names a cause without having seen it. */
export function checkOf(cause: Misconfiguration): string {
  return ELSEWHERE[cause].checks ?? '';
}

export function droppedBy(cause: Misconfiguration): string | null {
  return ELSEWHERE[cause].dropped;
}

/** The rows of docs/doctor.md. */
export function doctorRows(): readonly string[] {
  return (Object.keys(MISCONFIGURATIONS) as Misconfiguration[]).map((cause) => {
    const { seenBy, meaning, fix } = MISCONFIGURATIONS[cause];
    const { dropped, checks } = ELSEWHERE[cause];
    const cells = [`\`${cause}\``, meaning, seenBy, dropped === null ? '' : `\`${dropped}\``, checks ?? '', fix];
    return `| ${cells.join(' | ')} |`;
  });
}
