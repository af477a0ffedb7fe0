import { EXPERIMENT } from './traffic.js';

interface Places {
  readonly redis: string;
  readonly ledger: string;
  readonly models: string;
  readonly judge: string;
}

/**
 * What the world compares. Slices wait long for what a killed evaluator had in its hands; T is given, since the calls are too few to
 * freeze it from and test against it as well.
 */
export const experimentYaml = ({ redis, ledger, models, judge }: Places): string => `
version: 1
queue: { url: "${redis}" }
ledger: { url: "${ledger}" }
experiments:
  - name: ${EXPERIMENT}
    match: { model: "gpt-5*" }
    candidates:
      mini: { model: gpt-5-mini, baseUrl: "${models}/mini/v1", apiKey: { env: CANDIDATE_KEY } }
      nano: { model: gpt-5-nano, baseUrl: "${models}/nano/v1", apiKey: { env: CANDIDATE_KEY } }
    sample: { rate: 1 }
    noise: { rate: 0.2 }
    segments: { attribute: app.topic, max: 6, critical: [refunds] }
    content: full
    slice: { lengthMs: 1000, deadlineMs: 120000 }
    governor: { pauseMs: 0, eventLoopMs: 10000, eventLoopShare: 1 }
    shadow: { timeoutMs: 60000, concurrency: 1000, maxBytes: 65536 }
    window: { from: "${new Date(Date.now() - 60_000).toISOString()}", days: 7 }
    budget:
      usd: 500
      pace: false
      maxOutputTokens: 200
      prices:
        "gpt-5-mini*": { input: 0.25, output: 2 }
        "gpt-5-nano*": { input: 0.05, output: 0.4 }
        "gpt-5*": { input: 1.25, output: 10 }
        judge-1: { input: 1, output: 5 }
    judge:
      model: judge-1
      baseUrl: "${judge}"
      canaries: { count: 60, rate: 0.02 }
      labels: { rate: 0 }
      concurrency: 8
    policy:
      minPairs: 500
      gates:
        errors: { margin: 0.06 }
        similarity: { scorer: lexical, margin: 0.1 }
        latency_p95: { ratio: 3, thresholdMs: 60 }
        cost: { ratio: 1.2, mostPerCall: 0.02 }
        tokens: { ratio: 1.5, mostPerCall: 4000 }
        win_rate: { margin: 0.1 }
`;
