import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfigYaml } from '@understudy/instrumentation/experiment';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONFIGURATION, filesFor, type Wishes, writeFiles } from './initialise.js';
import { INSTRUMENTATION, readService } from './service.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): void {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function service(dependencies: Record<string, string>, sources: Record<string, string> = {}): void {
  file('package.json', JSON.stringify({ name: 'shop', dependencies }));
  for (const [name, text] of Object.entries(sources)) file(name, text);
}

function experimentOf(wishes: Wishes): Record<string, unknown> {
  const [configuration] = filesFor(readService(folder), wishes);
  const { experiments } = parseConfigYaml(configuration?.text ?? '', '/srv/understudy.yaml');
  return experiments[0] as unknown as Record<string, unknown>;
}

describe('what is found of a service', () => {
  it('is its SDKs, and the models its own sources name, the commonest first', () => {
    service(
      { openai: '7', '@langchain/core': '1', lodash: '4' },
      {
        'src/a.ts': "create({ model: 'gpt-5' }); create({ model: \"gpt-5\" }); new Chat({ modelName: 'gpt-5-nano' })",
        'src/b.mjs': "generateText({ model: openai.chat('o4') })",
        'node_modules/openai/index.js': "({ model: 'davinci' })",
        'dist/a.js': "({ model: 'davinci' })",
      },
    );
    const { sdks, models } = readService(folder);
    expect(sdks.map((sdk) => sdk.package)).toEqual(['openai', '@langchain/core']);
    expect(models).toEqual(['gpt-5', 'gpt-5-nano', 'o4']);
  });

  it('is an error with the fix where there is no package.json, or none that is JSON', () => {
    expect(() => readService(folder)).toThrow('expected the package.json of a service: run it in its folder');
    file('package.json', '{');
    expect(() => readService(folder)).toThrow('expected JSON');
  });
});

describe('the configuration', () => {
  it('matches the one model that the sources name, and asks a candidate of the same provider where the service asks', () => {
    service({ openai: '7' }, { 'a.js': "({ model: 'gpt-5' })" });
    expect(experimentOf({ candidate: 'gpt-5-mini' })).toMatchObject({
      name: 'gpt-5-mini',
      match: { model: 'gpt-5' },
      candidates: { candidate: { model: 'gpt-5-mini' } },
      sample: { rate: 0.1 },
    });
  });

  it('matches every model where the sources name none or several', () => {
    service({ openai: '7' }, { 'a.js': "({ model: 'gpt-5' }); ({ model: 'gpt-5-nano' })" });
    expect(experimentOf({ candidate: 'gpt-5-mini' })).toMatchObject({ match: { model: '*' } });
  });

  it('asks a candidate of another provider at home, with its own key', () => {
    service({ openai: '7' }, { 'a.js': "({ model: 'gpt-5' })" });
    expect(experimentOf({ candidate: 'claude-haiku-5' })).toMatchObject({
      candidates: {
        candidate: {
          dialect: 'anthropic-messages',
          baseUrl: 'https://api.anthropic.com',
          apiKey: { env: 'ANTHROPIC_API_KEY' },
        },
      },
    });
  });

  it.each(['o"r: [', 'no', 'a\nb', '{x}', '# x', "it's"])('takes the model %j as it is', (candidate) => {
    service({ openai: '7' });
    expect(experimentOf({ candidate })).toMatchObject({ candidates: { candidate: { model: candidate } } });
  });

  it('is refused with the reason where it would be none', () => {
    service({ openai: '7' });
    const made = (wishes: Partial<Wishes>) => () => filesFor(readService(folder), { candidate: 'mini', ...wishes });
    expect(made({ queue: 'http://x' })).toThrow('expected redis://');
    expect(made({ preset: 'bold' })).toThrow('safe');
    expect(made({ name: '../x' })).toThrow('name');
  });
});

describe('the files', () => {
  it('are the configuration alone where the service starts OpenTelemetry itself', () => {
    service({ openai: '7' }, { 'src/tracing.ts': "import { NodeSDK } from '@opentelemetry/sdk-node'" });
    const found = readService(folder);
    expect(found.telemetry).toEqual({ file: 'src/tracing.ts', isWired: false });
    expect(filesFor(found, { candidate: 'mini' }).map(({ name }) => name)).toEqual([CONFIGURATION]);
  });

  it('are written all or none, and over others only if that is asked for', () => {
    service({ openai: '7' });
    const files = filesFor(readService(folder), { candidate: 'mini' });
    file(INSTRUMENTATION, 'mine');
    expect(() => writeFiles(folder, files, false)).toThrow(`${INSTRUMENTATION}: there already; --force writes over it`);
    expect(readdirSync(folder)).not.toContain(CONFIGURATION);
    writeFiles(folder, files, true);
    expect(readFileSync(join(folder, INSTRUMENTATION), 'utf8')).toContain('new UnderstudyInstrumentation()');
    expect(readdirSync(folder)).toContain(CONFIGURATION);
  });
});
