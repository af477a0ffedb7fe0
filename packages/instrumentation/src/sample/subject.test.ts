import { describe, expect, it } from 'vitest';
import { subjectKey, subjectOf } from './subject.js';

const salt = Buffer.alloc(32, 1);
const of = (context: Record<string, unknown>): string | undefined =>
  subjectOf({ context }, { attribute: 'enduser.id' }, salt);

describe('whose a call is', () => {
  it('is a salted hash of the attribute, a number as its digits', () => {
    expect(of({ 'enduser.id': 'carol' })).toBe(subjectKey('carol', salt));
    expect(of({ 'enduser.id': 42 })).toBe(subjectKey('42', salt));
    expect(subjectKey('carol', salt)).toMatch(/^[0-9a-f]{32}$/);
    expect(subjectKey('carol', Buffer.alloc(32, 2))).not.toBe(subjectKey('carol', salt));
  });

  it.each([{}, { 'enduser.id': '' }, { 'enduser.id': ['carol'] }, { 'enduser.id': null }])(
    'is not known of %j',
    (context) => {
      expect(of(context)).toBeUndefined();
    },
  );

  it('is not looked for where no attribute is named', () => {
    expect(subjectOf({ context: { null: 'carol' } }, { attribute: null }, salt)).toBeUndefined();
  });
});
