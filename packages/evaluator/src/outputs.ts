import { ConfigurationError } from './errors.js';

/** An address to listen at. */
export interface Listen {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Who is told of a change of a verdict. The URL is a credential: functions hold it, so that no dump of a configuration shows it. */
export interface Webhook {
  /** By which the ledger knows what was sent to it, whatever its URL is. */
  readonly name: 'webhook' | 'slack';
  readonly url: () => string;
  /** What is sent is signed with it; null: it is not. */
  readonly secret: (() => string) | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Nobody outside the machine, unless it is said. */
const LOOPBACK = '127.0.0.1';
const SHORTEST_SECRET = 16;

/**
 * Reads `PORT` or `HOST:PORT`, an IPv6 address in brackets. A port alone is one of this machine only.
 *
 * @param from What the text was read from, for the error. @throws ConfigurationError
 */
export function parseListen(text: string, from: string): Listen {
  const [, host = LOOPBACK, digits = ''] = /^(?:(\[[\da-fA-F:.]+\]|[\w.-]+):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = Number(digits);
  if (digits !== '' && port <= 65_535) return { host: host.replaceAll(/[[\]]/g, ''), port };
  throw new ConfigurationError(from, [
    `expected PORT or HOST:PORT, such as 8181 or 0.0.0.0:8181, got ${JSON.stringify(text.slice(0, 64))}`,
  ]);
}

/** Where `/api/verdict` is to be answered, by `UNDERSTUDY_LISTEN`; null: nowhere. Throws {@link ConfigurationError}. */
export function listenFrom(env: Environment): Listen | null {
  const text = env['UNDERSTUDY_LISTEN'];
  return text === undefined || text === '' ? null : parseListen(text, 'UNDERSTUDY_LISTEN');
}

/** Who is told of changes, by `UNDERSTUDY_WEBHOOK_URL` and `UNDERSTUDY_SLACK_WEBHOOK_URL`. Throws {@link ConfigurationError}, which shows no value. */
export function webhooksFrom(env: Environment): readonly Webhook[] {
  const secret = secretIn(env['UNDERSTUDY_WEBHOOK_SECRET']);
  const general = webhookIn(env, 'UNDERSTUDY_WEBHOOK_URL', 'webhook', secret);
  if (secret !== null && general === null)
    throw new ConfigurationError('UNDERSTUDY_WEBHOOK_SECRET', ['expected UNDERSTUDY_WEBHOOK_URL beside it']);
  const slack = webhookIn(env, 'UNDERSTUDY_SLACK_WEBHOOK_URL', 'slack', null);
  return [general, slack].filter((one) => one !== null);
}

function webhookIn(
  env: Environment,
  variable: string,
  name: Webhook['name'],
  secret: Webhook['secret'],
): Webhook | null {
  const text = env[variable]?.trim();
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigurationError(variable, ['expected an http or https URL']);
  if (url.username !== '' || url.password !== '')
    throw new ConfigurationError(variable, ['expected no user and no password in the URL']);
  return { name, url: () => text, secret };
}

function secretIn(given: string | undefined): Webhook['secret'] {
  const text = given?.trim();
  if (text === undefined || text === '') return null;
  if (text.length >= SHORTEST_SECRET) return () => text;
  throw new ConfigurationError('UNDERSTUDY_WEBHOOK_SECRET', [
    `expected at least ${SHORTEST_SECRET} characters (\`openssl rand -base64 32\` makes some), got ${text.length}`,
  ]);
}
