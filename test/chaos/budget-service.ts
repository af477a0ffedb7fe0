import { writeSync } from 'node:fs';
import { startTelemetry } from './telemetry.js';

/** What a service of this suite is told. */
export interface Spender {
  readonly provider: string;
  readonly queueUrl: string;
  readonly experiment: unknown;
  readonly perSecond: number;
}

// A service that calls its model at a steady rate, whatever comes, until it is killed. Prints its counts four times a second.
const told = JSON.parse(process.env['SPENDER'] ?? '') as Spender;
const telemetry = await startTelemetry({
  director: '',
  provider: told.provider,
  distinct: 0,
  collector: null,
  understudy: { queueUrl: told.queueUrl, experiment: told.experiment, limits: {} },
});
let made = 0;

async function call(): Promise<void> {
  made += 1;
  const messages = [{ role: 'user', content: `What of it? ${process.pid}-${made} ${'and more '.repeat(10)}` }];
  const response = await telemetry.within(() =>
    fetch(`${told.provider}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-primary' },
      body: JSON.stringify({ model: 'incumbent', max_tokens: 500, messages }),
    }),
  );
  await response.arrayBuffer();
}

setInterval(() => void call().catch(() => undefined), 1000 / told.perSecond);
setInterval(() => void writeSync(1, `${JSON.stringify({ made, ...telemetry.counts() })}\n`), 250);
