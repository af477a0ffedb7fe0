import { NO_HEADERS, type ResponseHeader } from '../tap/response-headers.js';

/** What a provider said with its answer, or instead of one. All of it is the other side's word. */
export interface ProviderResponse {
  /** Of HTTP, or what comes nearest to it. */
  readonly status: number;
  readonly header: ResponseHeader;
}

/** Where the errors of the SDKs have the status: openai and Anthropic, the AI SDK, Google, and others. */
const STATUS_FIELDS = ['status', 'statusCode', 'httpStatusCode', '$metadata'] as const;

/** Where they have the headers: openai and Anthropic, then the AI SDK. */
const HEADER_FIELDS = ['headers', 'responseHeaders'] as const;

/** What gRPC calls RESOURCE_EXHAUSTED and UNAVAILABLE. */
const GRPC_STATUS: ReadonlyMap<unknown, number> = new Map([
  [8, 429],
  [14, 503],
]);

const OK = 200;

/** What the provider said, of an error that an SDK made of it; null where it is no such error. It may throw: getters are the host's. */
export function responseOf(error: unknown): ProviderResponse | null {
  for (const each of [error, fieldOf(error, 'cause'), fieldOf(error, 'response')]) {
    const status = statusOf(each);
    if (status !== null) return { status, header: headerOf(firstOf(each, HEADER_FIELDS)) };
  }
  return null;
}

/** As {@link responseOf}, of what a model of the AI SDK gave back. */
export function resultResponse(result: unknown): ProviderResponse | null {
  const headers = fieldOf(fieldOf(result, 'response'), 'headers');
  return isObject(headers) ? { status: OK, header: headerOf(headers) } : null;
}

function statusOf(error: unknown): number | null {
  const found = firstOf(error, STATUS_FIELDS);
  const status = isObject(found) ? fieldOf(found, 'httpStatusCode') : found;
  if (typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 599) return status;
  const isGrpc = isObject(error) && 'metadata' in error && 'details' in error;
  return isGrpc ? (GRPC_STATUS.get(fieldOf(error, 'code')) ?? null) : null;
}

function headerOf(headers: unknown): ResponseHeader {
  if (!isObject(headers)) return NO_HEADERS;
  const get = fieldOf(headers, 'get');
  return (name) => {
    const value: unknown = typeof get === 'function' ? Reflect.apply(get, headers, [name]) : fieldOf(headers, name);
    return typeof value === 'string' ? value : null;
  };
}

function firstOf(value: unknown, names: readonly string[]): unknown {
  for (const name of names) {
    const found = fieldOf(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
