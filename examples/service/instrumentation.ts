/** Loaded before the service, from the folder of `understudy.yaml`: `node --import ./instrumentation.ts server.ts`. */
import { NodeSDK } from '@opentelemetry/sdk-node';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';

export const understudy = new UnderstudyInstrumentation();
const sdk = new NodeSDK({ serviceName: 'support', instrumentations: [understudy] });
sdk.start();

process.once('SIGTERM', () => {
  void understudy
    .shutdown()
    .then(() => sdk.shutdown())
    .finally(() => process.exit(0));
});
