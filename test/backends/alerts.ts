import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXPERIMENT, type Planned, plannedCall, PROCESSES } from './world/traffic.js';

const DEPLOY = join(import.meta.dirname, '../../deploy');

/** How long the rules look back in the tests, in place of minutes. */
const WINDOW = '12s';

/** The rules that are shipped, but that they look at seconds and wait for seconds. */
export function quickRules(): string {
  return readFileSync(join(DEPLOY, 'prometheus/understudy.rules.yaml'), 'utf8')
    .replaceAll(/\[(?:10|30)m]/g, `[${WINDOW}]`)
    .replaceAll(/^( +for:) \w+$/gm, '$1 2s');
}

/** The Alertmanager's configuration that is shipped, with a webhook of the test's, and seconds for minutes. It repeats nothing for hours, as shipped. */
export function quickAlertmanager(webhookUrl: string): string {
  return readFileSync(join(DEPLOY, 'alertmanager/alertmanager.yaml'), 'utf8')
    .replaceAll(/group_wait: \w+/g, 'group_wait: 1s')
    .replaceAll(/group_interval: \w+/g, 'group_interval: 1s')
    .replace(/url: \S+/, `url: ${webhookUrl}`);
}

/** A candidate that will fail (`nano`) beside one that will not, decided upon at once. */
export const alertYaml = (places: {
  readonly redis: string;
  readonly ledger: string;
  readonly models: string;
}): string => `
version: 1
queue: { url: "${places.redis}" }
ledger: { url: "${places.ledger}" }
experiments:
  - name: ${EXPERIMENT}
    match: { model: "gpt-5*" }
    candidates:
      mini: { model: gpt-5-mini, baseUrl: "${places.models}/mini/v1", apiKey: { env: CANDIDATE_KEY } }
      nano: { model: gpt-5-nano, baseUrl: "${places.models}/nano/v1", apiKey: { env: CANDIDATE_KEY } }
    sample: { rate: 1 }
    noise: { rate: 0 }
    content: none
    slice: { lengthMs: 1000, deadlineMs: 30000 }
    governor: { pauseMs: 0, eventLoopMs: 10000, eventLoopShare: 1 }
    shadow: { timeoutMs: 10000, concurrency: 400 }
    policy:
      minPairs: 100
      gates:
        errors: { margin: 0.02 }
`;

/** Calls of the first process that nobody fails; or those that `nano` alone does. From a number on, each number once. */
export function callsWhere(nano: 'right' | 'fails', count: number, from: number): readonly Planned[] {
  const calls: Planned[] = [];
  for (let number = from; calls.length < count; number += PROCESSES) {
    const call = plannedCall(number);
    const { says, forbidden } = call;
    if (!forbidden && says.incumbent === 'right' && says.mini === 'right' && says.nano === nano) calls.push(call);
  }
  return calls;
}

/** An alert as a webhook gets it. */
export interface Told {
  readonly alert: string;
  readonly status: 'firing' | 'resolved';
  readonly arm: string;
  readonly severity: string;
  readonly summary: string;
  readonly runbook: string;
}

/** What the bodies of a webhook's requests say, one for each alert of each. */
export function toldBy(bodies: readonly string[]): readonly Told[] {
  return bodies.flatMap((body) => {
    const { alerts } = JSON.parse(body) as {
      alerts: { status: Told['status']; labels: Record<string, string>; annotations: Record<string, string> }[];
    };
    return alerts.map(({ status, labels, annotations }) => ({
      alert: labels['alertname'] ?? '',
      status,
      arm: labels['arm'] ?? '',
      severity: labels['severity'] ?? '',
      summary: annotations['summary'] ?? '',
      runbook: annotations['runbook_url'] ?? '',
    }));
  });
}
