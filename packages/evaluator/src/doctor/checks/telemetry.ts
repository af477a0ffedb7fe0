import { whyUnanswered } from '../../errors.js';
import { type Finding, fail, ok, warn } from '../finding.js';

export type Reached =
  | { readonly status: 'reached'; readonly http: number }
  | { readonly status: 'unreached'; readonly why: string };

const TIMEOUT_MS = 5_000;

/** Sends an OTLP endpoint an empty request, which says nothing and changes nothing. Never throws. */
export async function reach(url: string): Promise<Reached> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel().catch(() => undefined);
    return { status: 'reached', http: response.status };
  } catch (error) {
    return { status: 'unreached', why: whyUnanswered(error, `${TIMEOUT_MS / 1000} s`) };
  }
}

/** What an endpoint's answer says. `reached` null: nobody is named. Pure. */
export function checkExporter(signal: 'traces' | 'metrics', url: string | null, reached: Reached | null): Finding {
  const check = `exporter of ${signal}`;
  if (url === null || reached === null) {
    return warn(
      check,
      'none',
      'set OTEL_EXPORTER_OTLP_ENDPOINT, e.g. http://localhost:4318, here and at the service, and let no OTEL_..._EXPORTER be none: else nobody sees the pairs',
    );
  }
  const where = new URL(url).host;
  if (reached.status === 'unreached')
    return fail(check, `${where}: ${reached.why}`, 'start the collector, or set OTEL_EXPORTER_OTLP_ENDPOINT');
  if (reached.http === 401 || reached.http === 403)
    return fail(check, `${where}: HTTP ${reached.http}`, 'OTEL_EXPORTER_OTLP_HEADERS holds what it wants of a client');
  if (reached.http === 404)
    return fail(
      check,
      `${where}: HTTP 404`,
      'OTLP over HTTP is wanted (port 4318 of a collector), at a URL without /v1/...',
    );
  return ok(check, where);
}
