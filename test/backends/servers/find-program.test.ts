import { afterEach, describe, expect, it, vi } from 'vitest';
import { findProgram } from './find-program.js';

afterEach(() => vi.unstubAllEnvs());

describe('a program of the backends suite', () => {
  it('is the one that its variable names, whatever is on the PATH', async () => {
    vi.stubEnv('PROMETHEUS_BIN', process.execPath);
    expect(await findProgram('prometheus')).toBe(process.execPath);
  });

  it('is missing where its variable names none', async () => {
    vi.stubEnv('JAEGER_BIN', '/nowhere/jaeger');
    await expect(findProgram('jaeger')).rejects.toThrow(
      /^jaeger: JAEGER_BIN names \/nowhere\/jaeger, which is no program\. Wanted: Go, .*, or JAEGER_BIN \(Jaeger 2\), or JAEGER_URL$/,
    );
  });

  it('is missing, with what to do, where it is nowhere', async () => {
    vi.stubEnv('PATH', '');
    vi.stubEnv('ALERTMANAGER_BIN', '');
    await expect(findProgram('alertmanager')).rejects.toThrow(
      'alertmanager: no alertmanager and no prometheus-alertmanager on the PATH. Wanted: apt-get install prometheus-alertmanager, or ALERTMANAGER_BIN, or ALERTMANAGER_URL',
    );
  });
});
