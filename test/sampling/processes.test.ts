import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { spread } from './deciding.js';

const USERS = 2000;
const BUILT = new URL('../../packages/instrumentation/dist/', import.meta.url).href;

/** What a process on its own makes of the same users, each call in a trace that only this process knows: 1 for a user that is drawn. */
const SCRIPT = `
  const { resolveExperiment, runOf } = await import('${BUILT}experiment/index.js');
  const { createDecide } = await import('${BUILT}sample/decide.js');
  const { randomBytes } = await import('node:crypto');
  const salt = Buffer.from(process.argv[1], 'hex');
  const drawn = (rate) => {
    const sample = { rate, by: 'key', key: 'user.id' };
    const experiment = resolveExperiment({ name: 'e' + rate, candidate: { model: 'm' }, sample, policy: { gates: { errors: {} } } });
    const decide = createDecide({ experiment, run: runOf(experiment), rules: {} });
    return Array.from({ length: ${USERS} }, (_, user) => {
      const spanReference = { traceId: randomBytes(16).toString('hex'), spanId: 'b'.repeat(16) };
      const request = { operation: 'chat', model: 'm', stream: false };
      const call = { startedAt: Date.now(), request, wire: null, resendCount: 0, recording: true, spanReference };
      const { status } = decide({ ...call, context: { 'user.id': 'user ' + user } }, randomBytes(8).toString('hex'), salt);
      return status === 'sampled' ? 1 : 0;
    });
  };
  console.log(JSON.stringify([drawn(0.1), drawn(0.5)]));
`;

async function processWith(salt: string): Promise<readonly (readonly number[])[]> {
  const args = ['--input-type=module', '--eval', SCRIPT, salt];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as number[][];
}

it('draws the same users in every process that shares the salt, others under another, and nests their rates', async () => {
  const [one, two, other] = await Promise.all(['07', '07', '08'].map((byte) => processWith(byte.repeat(32))));
  expect(two).toEqual(one);
  expect(other).not.toEqual(one);
  for (const [tenth, half] of [one, other].map((drawn) => drawn ?? [])) {
    const sum = (bits: readonly number[] = []): number => bits.reduce((total, bit) => total + bit, 0);
    expect(Math.abs(sum(tenth) - USERS * 0.1)).toBeLessThan(spread(USERS, 0.1));
    expect(Math.abs(sum(half) - USERS * 0.5)).toBeLessThan(spread(USERS, 0.5));
    expect(tenth?.every((bit, user) => bit <= (half?.[user] ?? 0))).toBe(true);
  }
});
