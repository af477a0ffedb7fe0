import { inflateRawSync } from 'node:zlib';
import { Redis } from 'ioredis';
import pg from 'pg';

/** All that a Redis holds, of every type, as text; what is compressed is there inflated as well. */
export async function textOfRedis(url: string): Promise<string> {
  const client = new Redis(url);
  try {
    const lines: string[] = [];
    for (const key of await client.keys('*')) lines.push(key, ...(await valuesOf(client, key)));
    return inflated(lines.join('\n'));
  } finally {
    client.disconnect();
  }
}

async function valuesOf(client: Redis, key: string): Promise<readonly string[]> {
  const type = await client.type(key);
  switch (type) {
    case 'string':
      return [(await client.get(key)) ?? ''];
    case 'hash':
      return Object.entries(await client.hgetall(key)).flat();
    case 'list':
      return client.lrange(key, 0, -1);
    case 'set':
      return client.smembers(key);
    case 'zset':
      return client.zrange(key, '0', '-1');
    case 'stream':
      return (await client.xrange(key, '-', '+')).flat(2);
    default:
      throw new Error(`a key of type ${type}: ${key}`);
  }
}

/** Every row of every table of a database as text; what is compressed is there inflated as well. */
export async function textOfDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
       where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
    );
    const lines: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ line: string }>(`select t::text as line from ${name} t`);
      lines.push(name, ...rows.map(({ line }) => line));
    }
    return inflated(lines.join('\n'));
  } finally {
    await client.end();
  }
}

/** A text with all that lies in it in hex, base64 or raw DEFLATE beside it. */
function inflated(text: string): string {
  const packed = [
    ...[...text.matchAll(/\\x((?:[0-9a-f]{2})+)/g)].map(([, hex = '']) => Buffer.from(hex, 'hex')),
    ...[...text.matchAll(/[A-Za-z0-9+/]{40,}={0,2}/g)].map(([base64]) => Buffer.from(base64, 'base64')),
  ];
  return [text, ...packed.map((bytes) => unpacked(bytes))].join('\n');
}

function unpacked(bytes: Buffer): string {
  try {
    return inflated(inflateRawSync(bytes).toString());
  } catch {
    const text = bytes.toString();
    return text.includes('\ufffd') ? '' : inflated(text);
  }
}
