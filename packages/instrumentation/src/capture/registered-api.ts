import { trace } from '@opentelemetry/api';
import { misconfigured } from '../misconfigured.js';

/** What a copy of the API registers, under a symbol of its major version. Not ours, so nothing of it is sure. */
interface Registered {
  readonly version?: unknown;
  readonly trace?: unknown;
  readonly diag?: { warn?(text: string): void };
}

const OWN = Symbol.for('opentelemetry.js.api.1');

/** Where another copy of the API was registered by the SDK, and ours is not let in on it: tells which. Null: it is. */
function foreign(): Registered | null {
  const known = globalThis as { [name: symbol]: Registered | undefined };
  const same = known[OWN];
  if (same?.trace !== undefined) return trace.getTracerProvider() === same.trace ? null : same;
  for (const name of Object.getOwnPropertySymbols(globalThis)) {
    if (name === OWN || !/^opentelemetry\.js\.api\.\d+$/.test(name.description ?? '')) continue;
    const other = known[name];
    if (other?.trace !== undefined) return other;
  }
  return null;
}

/**
 * Notes where the SDK is out of our reach, since it was registered with a copy of the API that an own one of a newer minor version, or of another
 * major one, cannot read. Said through that copy: our own diag is as deaf. Gives whether it is so.
 */
export function noteForeignApi(): boolean {
  const other = foreign();
  if (other === null) return false;
  const version = typeof other.version === 'string' ? other.version.slice(0, 32) : 'another one';
  misconfigured('two_apis', {
    experiment: null,
    found: () =>
      `the SDK of OpenTelemetry was registered with @opentelemetry/api ${version}, which the copy that understudy has cannot read: neither its spans nor its log`,
    say: (text) => other.diag?.warn?.(`understudy: ${text}`),
  });
  return true;
}

/** Notes of a call whose span nobody makes why that is: without a span id there is no SDK. */
export function noteNotRecorded(experiment: string): void {
  if (noteForeignApi()) return;
  misconfigured('not_recorded', {
    experiment,
    found: () => `no call of ${experiment} is compared, since there is no SDK of OpenTelemetry that records its span`,
  });
}
