import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUEUES } from '@understudy/instrumentation/experiment';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../packages/evaluator/src/queue/store.js';

let folder: string;
const stores: Store[] = [];
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understudy-embedded-'));
});
afterEach(async () => {
  for (const store of stores.splice(0).reverse()) await store.close();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

async function open(memory = false): Promise<Store> {
  const store = await openStore(`embedded:${folder}`, { memory });
  stores.push(store);
  return store;
}

/** Another process that serves the folder and puts `jobs` jobs on the queue; resolves once all are acknowledged. */
async function ownerElsewhere(jobs: number): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('queue-owner.ts', import.meta.url)), [folder, String(jobs)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const [message] = (await once(child, 'message')) as [unknown];
  expect(message).toBe('ready');
  return child;
}

async function jobsIn(store: Store): Promise<number> {
  const queues = store.queues();
  const queue = queues.queue(QUEUES.pairs);
  try {
    return (await queue.getJobCounts('wait'))['wait'] ?? 0;
  } finally {
    await queue.close();
    await queues.close();
  }
}

describe('embedded store', () => {
  it('is served by one process, and used by the others through it', async () => {
    await ownerElsewhere(3);
    const store = await open();
    expect(store.owned).toBe(false);
    expect(await jobsIn(store)).toBe(3);
  });

  it('is served by one opener of a process, and used by the next', async () => {
    const first = await open(true);
    const second = await open(true);
    expect([first.owned, second.owned]).toEqual([true, false]);
    expect(second.postgresUrl).toBe(first.postgresUrl);
  });

  it('keeps its content from one owner to the next', async () => {
    const first = await open();
    const client = new pg.Client({ connectionString: first.postgresUrl! });
    await client.connect();
    await client.query('create table public.kept (value int)');
    await client.query('insert into public.kept values (7)');
    await client.end();
    await first.close();
    const second = await open();
    expect(second.owned).toBe(true);
    const reader = new pg.Client({ connectionString: second.postgresUrl! });
    await reader.connect();
    expect((await reader.query('select value from public.kept')).rows).toEqual([{ value: 7 }]);
    await reader.end();
  });

  it('is taken over from an owner that was killed, with every acknowledged job', async () => {
    const owner = await ownerElsewhere(25);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    const store = await open();
    expect(store.owned).toBe(true);
    expect(await jobsIn(store)).toBe(25);
  });

  it('never runs one client into the large statement of another', async () => {
    const { postgresUrl } = await open(true);
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: postgresUrl! });
        await client.connect();
        return client;
      }),
    );
    const wrong: unknown[] = [];
    await Promise.all(
      clients.map(async (client, who) => {
        for (let round = 0; round < 8; round += 1) {
          const text = 'x'.repeat(who % 2 === 1 ? 1_500_000 + who : 10 + who);
          const { rows } = await client.query(`select $1::int as round, ${who} as who, length($2) as size`, [
            round,
            text,
          ]);
          const expected = { round, who, size: text.length };
          if (JSON.stringify(rows[0]) !== JSON.stringify(expected)) wrong.push({ expected, got: rows[0] });
        }
      }),
    );
    await Promise.all(clients.map((client) => client.end()));
    expect(wrong).toEqual([]);
  });
});
