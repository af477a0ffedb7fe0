import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { listenFrom, parseListen, webhooksFrom } from '../../packages/evaluator/src/outputs.js';

const URL_OF_SLACK = 'https://hooks.slack.test/services/T000SECRET';

describe('parseListen', () => {
  it.each([
    ['8181', '127.0.0.1', 8181],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['[::1]:65535', '::1', 65_535],
    ['evaluator.local:0', 'evaluator.local', 0],
  ])('reads %s', (text, host, port) => {
    expect(parseListen(text, '--listen')).toEqual({ host, port });
  });

  it.each(['', 'localhost', ':80', '65536', '-1', '80:80:80', '::1:80', 'http://localhost:80', '80 80'])(
    'refuses %j, and says what was expected',
    (text) => {
      expect(() => parseListen(text, '--listen')).toThrow(/--listen[^]*expected PORT or HOST:PORT/);
    },
  );

  it('listens nowhere unless it is said', () => {
    expect(listenFrom({})).toBeNull();
    expect(listenFrom({ UNDERSTUDY_LISTEN: '' })).toBeNull();
    expect(() => listenFrom({ UNDERSTUDY_LISTEN: 'x' })).toThrow(/UNDERSTUDY_LISTEN/);
  });
});

describe('webhooksFrom', () => {
  it('tells nobody unless it is said', () => {
    expect(webhooksFrom({})).toEqual([]);
  });

  it('has one of each form, and shows no credential where it is printed', () => {
    const secret = 'a-secret-of-some-length';
    const webhooks = webhooksFrom({
      UNDERSTUDY_WEBHOOK_URL: 'http://in.cluster/T000SECRET',
      UNDERSTUDY_WEBHOOK_SECRET: secret,
      UNDERSTUDY_SLACK_WEBHOOK_URL: URL_OF_SLACK,
    });
    expect(webhooks.map(({ name, url, secret: key }) => [name, url(), key?.() ?? null])).toEqual([
      ['webhook', 'http://in.cluster/T000SECRET', secret],
      ['slack', URL_OF_SLACK, null],
    ]);
    expect(`${JSON.stringify(webhooks)}${inspect(webhooks, { depth: Infinity })}`).not.toMatch(/SECRET|a-secret/);
  });

  it.each([
    [{ UNDERSTUDY_WEBHOOK_URL: 'ftp://in.cluster/T000SECRET' }, 'UNDERSTUDY_WEBHOOK_URL'],
    [{ UNDERSTUDY_WEBHOOK_URL: 'T000SECRET' }, 'UNDERSTUDY_WEBHOOK_URL'],
    [{ UNDERSTUDY_SLACK_WEBHOOK_URL: 'https://user:T000SECRET@hooks.slack.test/' }, 'UNDERSTUDY_SLACK_WEBHOOK_URL'],
    [{ UNDERSTUDY_WEBHOOK_URL: URL_OF_SLACK, UNDERSTUDY_WEBHOOK_SECRET: 'SECRET' }, 'UNDERSTUDY_WEBHOOK_SECRET'],
    [{ UNDERSTUDY_WEBHOOK_SECRET: 'T000SECRET-of-some-length' }, 'UNDERSTUDY_WEBHOOK_SECRET'],
  ])('refuses %j by name, and shows no value', (env, variable) => {
    let said = '';
    try {
      webhooksFrom(env);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain(variable);
    expect(said.replaceAll('_SECRET', '')).not.toContain('SECRET');
  });
});
