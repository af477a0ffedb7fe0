import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StoreError } from '../errors.js';
import type { Listen } from '../outputs.js';

/**
 * Lets a server listen, and gives the address it has.
 *
 * @param what What it listens for, in an error: ` for OTLP`. @throws StoreError where the address cannot be had; its `cause` says why
 */
export async function listening(server: Server, { host, port }: Listen, what = ''): Promise<AddressInfo> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const code = (cause as { code?: string }).code ?? 'unknown';
    throw new StoreError(`cannot listen${what} at ${hostOf(host)}:${port}: ${code}`, { cause });
  }
  return server.address() as AddressInfo;
}

/** Lets go of the address, and of whoever is connected. */
export async function closing(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

/** A host as a URL has it. */
export function hostOf(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
