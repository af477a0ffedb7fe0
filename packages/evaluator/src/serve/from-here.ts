import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request that came to an address of this machine alone was meant for it. A web page whose name was made to lead here (DNS
 * rebinding) says its own name as the host, and other pages say their origin; programs of this machine do neither.
 */
export function isFromHere({ headers: { host = '', origin } }: Pick<IncomingMessage, 'headers'>): boolean {
  return origin === undefined && LOOPBACK_HOST.test(host);
}

/** Whether only programs of this machine reach an address that something listens at. */
export function isLoopback(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : address === '::1';
}
