import { describe, expect, it } from 'vitest';
import { isUnavailable, LedgerUnavailable } from './errors.js';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('isUnavailable', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '53100', '08006', '40001', '42P01', '42501'])(
    'is true of %s',
    (code) => {
      expect(isUnavailable(withCode(code))).toBe(true);
    },
  );

  it.each(['22021', '22P02', '23505', '21000', 'ERR_INVALID_ARG_TYPE'])('is false of %s', (code) => {
    expect(isUnavailable(withCode(code))).toBe(false);
  });

  it('is true of the client library losing its connection, and false of a fault of ours', () => {
    expect(isUnavailable(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isUnavailable(new TypeError('x is not a function'))).toBe(false);
  });
});

describe('LedgerUnavailable', () => {
  it('can be retried, and says why', () => {
    const error = new LedgerUnavailable(new AggregateError([new Error('connect ECONNREFUSED ::1:5432')], 'all failed'));
    expect(error).toMatchObject({ retryable: true, code: 'ledger_unavailable' });
    expect(error.message).toContain('ECONNREFUSED ::1:5432');
  });
});
