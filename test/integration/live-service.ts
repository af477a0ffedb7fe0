/**
 * A service that asks a model again and again: `live-service.ts NAME PROVIDER QUEUE EXPERIMENT`, the last one as JSON. It says `announced`
 * once it may admit calls, prints what OpenTelemetry's diag is told, and ends in an orderly way on SIGTERM.
 */
import { diag, DiagConsoleLogger, DiagLogLevel } from '@opentelemetry/api';
import { type ExperimentInput, UnderstudyInstrumentation } from '../../packages/instrumentation/dist/index.js';

const [name = '', provider = '', queueUrl = '', experiment = '{}'] = process.argv.slice(2);
const EVERY_MS = 50;

diag.setLogger(new DiagConsoleLogger(), DiagLogLevel.WARN);
const understudy = new UnderstudyInstrumentation({
  experiments: [JSON.parse(experiment) as ExperimentInput],
  queueUrl,
  environment: {},
});
understudy.enable();

let running = true;
process.once('SIGTERM', () => (running = false));
let announced = false;
for (let question = 0; running; question += 1) {
  if (!announced && understudy.announced) {
    announced = true;
    process.send?.('announced');
  }
  const body = { model: 'incumbent', messages: [{ role: 'user', content: `${name} asks question ${question}` }] };
  await fetch(`${provider}/${name}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(body) })
    .then((response) => response.text())
    .catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
}
await understudy.flush(3000);
await understudy.shutdown(5000);
process.exit(0);
