import { describe, expect, it } from 'vitest';
import { shownAddress } from './address.js';

describe('an address in a message', () => {
  it.each([
    ['127.0.0.1:4999/v1', '127.0.0.1:4999/v1'],
    ['localhost:4999/v1', 'localhost:4999/v1'],
    ['http//host/v1', 'http//host/v1'],
    ['http://', 'http://'],
    ['ftp://host/v1', 'ftp://host/v1'],
    ['http://host:99999/v1', 'http://host:99999/v1'],
    ['https://host/v1?key=secret#secret', 'https://host/v1'],
    ['https://user:secret@host:1/v1', 'https://…@host:1/v1'],
    ['user:secret@host/v1', '…@host/v1'],
    ['postgres://user:sec/ret@host:5432/db', 'postgres://…@host:5432/db'],
    ['postgres://user:sec@ret@host:5432/db', 'postgres://…@host:5432/db'],
  ])('says of %s what is no secret', (text, shown) => {
    expect(shownAddress(text)).toBe(shown);
  });

  it.each([
    'sk-proj-secret',
    'host:secret',
    'http://user:secret',
    'http://user:sec?ret@host/v1',
    'https://host/v1?to=a@secret',
    'http://host/v1 secret',
    `${'secret'.repeat(10)}.${'secret'.repeat(10)}`,
    '',
  ])('says nothing of %s', (text) => {
    expect(shownAddress(text)).toBeNull();
  });
});
