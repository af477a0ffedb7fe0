import { types } from 'node:util';
import { HeadersView } from './headers-view.js';
import type { OutgoingRequest } from './observer.js';

/** More than this of a `Request`'s stream is not held: such a body counts as unreadable. */
export const MAX_BODY_BYTES: number = 16 * 1024 * 1024;

/**
 * Reads the arguments of fetch without consuming anything in them. `null` where they are not a request to an absolute URL: what
 * fetch makes of those is its own affair. Recognises by shape, not by `instanceof`, since the host may live in another realm.
 */
export function outgoingRequest(args: readonly unknown[]): OutgoingRequest | null {
  const [input, given] = args;
  const request = isRequest(input) ? input : null;
  const init = (typeof given === 'object' && given !== null ? given : {}) as RequestInit;
  const url = URL.parse(typeof input === 'string' ? input : (request?.url ?? hrefOf(input)));
  if (url === null) return null;
  return {
    method: String(init.method ?? request?.method ?? 'GET').toUpperCase(),
    url,
    headers: () => readHeaders(init.headers ?? request?.headers),
    body: () => (init.body === undefined || init.body === null ? cloneBody(request) : readBody(init.body)),
    aborted: () => (init.signal ?? request?.signal)?.aborted === true,
  };
}

function isRequest(input: unknown): input is Request {
  return Object.prototype.toString.call(input) === '[object Request]' && typeof (input as Request).clone === 'function';
}

function hrefOf(input: unknown): string {
  const href: unknown = typeof input === 'object' && input !== null && 'href' in input ? input.href : '';
  return typeof href === 'string' ? href : '';
}

/** An iterator that can be walked only once is left to fetch. */
export function readHeaders(source: unknown): ReadonlyMap<string, string> {
  return isHeaders(source) ? new HeadersView(source, copyHeaders) : copyHeaders(source);
}

function isHeaders(source: unknown): source is Headers {
  return typeof source === 'object' && source !== null && 'forEach' in source && 'get' in source;
}

function copyHeaders(source: unknown): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  const take = (value: unknown, name: unknown): void => {
    const text = headerText(value);
    if (typeof name === 'string' && text !== null) headers.set(name.toLowerCase(), text);
  };
  if (typeof source !== 'object' || source === null) return headers;
  if (isHeaders(source)) source.forEach(take);
  else if (Array.isArray(source)) {
    for (const pair of source as unknown[]) if (Array.isArray(pair)) take(pair[1], pair[0]);
  } else if (!(Symbol.iterator in source)) for (const [name, value] of Object.entries(source)) take(value, name);
  return headers;
}

/** As it is sent: numbers as text, and the several values that undici takes for one header as one. */
function headerText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string')) return null;
  return value.join(', ');
}

export function readBody(body: unknown): string | null {
  if (typeof body === 'string') return body;
  if (ArrayBuffer.isView(body) || types.isAnyArrayBuffer(body)) return new TextDecoder().decode(body as ArrayBuffer);
  return null;
}

/** The body of a `Request` is a stream even if a string was given: a clone, made before it is sent, is read beside the call. */
function cloneBody(request: Request | null): Promise<string | null> | null {
  if (request === null || request.bodyUsed || request.body === null) return null;
  return readAll(request.clone());
}

async function readAll(clone: Request): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of clone.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}
