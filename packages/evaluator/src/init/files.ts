import type { Home } from './sdks.js';

/** What the configuration is made of. */
export interface Choices {
  readonly experiment: string;
  /** A pattern; null: every model. */
  readonly match: string | null;
  readonly model: string;
  /** Where the candidate is asked; null: where the service asks. */
  readonly home: Partial<Home> | null;
  readonly rate: number;
  readonly queueUrl: string;
  readonly ledgerUrl: string | null;
  readonly preset: string | null;
}

/** The configuration, with what one would want to change next beside it. */
export function configurationText(choices: Choices): string {
  const { experiment, match, model, home, rate, queueUrl, ledgerUrl, preset } = choices;
  const candidate = {
    model,
    ...(home?.dialect !== undefined && { dialect: home.dialect }),
    ...(home?.baseUrl !== undefined && { baseUrl: home.baseUrl }),
    ...(home?.keyEnv !== undefined && { apiKey: { env: home.keyEnv } }),
  };
  const lines = [
    'version: 1',
    `queue: { url: ${text(queueUrl)} }${queueUrl.startsWith('embedded:') ? ' # `understudy run` serves it; in production redis://... or postgres://...' : ''}`,
    ...(ledgerUrl === null ? [] : [`ledger: { url: ${text(ledgerUrl)} }`]),
    'experiments:',
    `  - name: ${text(experiment)}`,
    ...(match === null ? [] : [`    match: { model: ${text(match)} }`]),
    `    candidate: ${flow(candidate)}`,
    `    sample: { rate: ${rate} } # the share of calls that is also sent to the candidate`,
    '    noise: { rate: 0.5 } # of these, the share that asks the incumbent again: what two of its own answers differ by',
    '    content: redacted # what travels to your queue; or full, features, none',
    '    # segments: { attribute: app.topic, critical: [refunds] } # an attribute of your own active span',
    '    # budget: { usd: 50 }',
    ...(preset === null ? [] : [`    policy: { preset: ${text(preset)} }`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What is loaded before a service that has no OpenTelemetry of its own. Plain JavaScript: any Node that runs the service runs it. */
export function instrumentationText(serviceName: string): string {
  return `// Loaded before the service: node --import ./instrumentation.mjs ...
import { NodeSDK } from '@opentelemetry/sdk-node';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';

export const understudy = new UnderstudyInstrumentation();
const sdk = new NodeSDK({ serviceName: ${JSON.stringify(serviceName)}, instrumentations: [understudy] });
sdk.start();

process.once('SIGTERM', () => {
  // A service that stops by itself goes on doing so; one that was ended by the signal is, once what it has is sent.
  const isAlone = process.listenerCount('SIGTERM') === 0;
  void understudy
    .shutdown()
    .then(() => sdk.shutdown())
    .finally(() => isAlone && process.kill(process.pid, 'SIGTERM'));
});
`;
}

/** The lines for a service that starts OpenTelemetry itself. */
export const LINES_TO_ADD: readonly string[] = [
  "import { UnderstudyInstrumentation } from '@understudy/instrumentation';",
  'export const understudy = new UnderstudyInstrumentation();',
  '// and in the options of its NodeSDK, first: instrumentations: [understudy, ...]',
];

/** JSON is YAML, and leaves nothing of a text open. */
function text(value: string): string {
  return /^[A-Za-z][\w./-]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

function flow(value: Readonly<Record<string, unknown>>): string {
  const entries = Object.entries(value).map(
    ([key, inner]) => `${key}: ${typeof inner === 'string' ? text(inner) : flow(inner as Record<string, unknown>)}`,
  );
  return `{ ${entries.join(', ')} }`;
}
