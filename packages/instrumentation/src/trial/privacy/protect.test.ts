import { describe, expect, it } from 'vitest';
import type { Leg, Message, Trial, TrialLeg } from '../trial.js';
import { protectionOf } from './protect.js';
import { finished } from '../steps.js';

const SECRET = 'carol@example.com';
const said: readonly Message[] = [
  { role: 'user', parts: [{ type: 'text', content: `I am ${SECRET}` }] },
  {
    role: 'assistant',
    parts: [
      { type: 'refusal', content: `Not for ${SECRET}` },
      { type: 'tool_call', id: SECRET, name: `find ${SECRET}`, arguments: `{"who":"${SECRET}"}` },
      { type: 'tool_call_response', id: null, response: `${SECRET} is found` },
      { type: 'other', kind: SECRET },
    ],
  },
];
const ok: Leg = {
  status: 'ok',
  answer: { kind: 'text', messages: said },
  finish: SECRET,
  usage: null,
  durationMs: 1,
  model: SECRET,
  span: null,
};
const failed: Leg = { status: 'error', type: `no ${SECRET}`, durationMs: 1, span: null };
const leg = (of: Leg): TrialLeg => ({ ...of, pairId: 'p' }) as TrialLeg;
const trial = {
  input: { kind: 'text', messages: said },
  asked: {
    output: { type: 'json', schema: `{"enum":["${SECRET}"]}` },
    tools: [{ name: `find ${SECRET}`, parameters: `{"default":"${SECRET}"}` }],
  },
  primary: ok,
  legs: { same: leg(ok), failed: leg(failed), gone: leg({ status: 'missing', reason: 'leg_deadline' }) },
} as unknown as Trial;

function protectedBy(protection: ReturnType<typeof protectionOf>, of: Trial = trial): Trial {
  if (protection === null) throw new Error('expected a protection');
  return finished(protection(of));
}

describe('protectionOf', () => {
  it('leaves all as it is with `full`', () => {
    expect(protectionOf('full')).toBeNull();
  });

  it.each(['redacted', 'features', 'none'] as const)('lets no private value through with `%s`', (mode) => {
    const none =
      mode === 'none'
        ? {
            ...trial,
            input: { kind: 'none' as const },
            primary: { ...ok, answer: { kind: 'none' as const } },
            legs: { failed: leg(failed) },
          }
        : trial;
    const safe = protectedBy(protectionOf(mode), none);
    expect(JSON.stringify(safe)).not.toContain('carol');
    expect(Object.keys(safe.legs)).toEqual(Object.keys(none.legs));
    expect(safe.legs['failed']).toMatchObject({ status: 'error', type: 'no [email:1]', pairId: 'p' });
  });

  it('keeps what was asked of the form, redacted, with `redacted` alone', () => {
    expect(protectedBy(protectionOf('redacted')).asked).toEqual({
      output: { type: 'json', schema: '{"enum":["[email:1]"]}' },
      tools: [{ name: 'find [email:1]', parameters: '{"default":"[email:1]"}' }],
    });
    for (const mode of ['features', 'none'] as const) expect(protectedBy(protectionOf(mode)).asked).toBeUndefined();
  });

  it('holds no text at all with `features`', () => {
    const safe = JSON.stringify(protectedBy(protectionOf('features')));
    expect(safe).not.toMatch(/found|Not for|who|enum|default/);
  });

  it('hashes anew in each trial', () => {
    const features = protectionOf('features');
    const hashOf = (): unknown => {
      const { primary } = protectedBy(features);
      return (
        primary.status === 'ok' && primary.answer.kind === 'features' && primary.answer.messages[1]?.parts[1]?.name
      );
    };
    expect(hashOf()).toMatch(/^[0-9a-f]{32}$/);
    expect(hashOf()).not.toBe(hashOf());
  });

  it("shows the user's rule each text, and looks through what it makes", () => {
    const seen: string[] = [];
    const protection = protectionOf('redacted', (text) => {
      seen.push(text);
      return text.replace('found', 'found by dave@example.com');
    });
    expect(JSON.stringify(protectedBy(protection))).toContain('is found by [email:2]');
    expect(seen).toContain(`I am ${SECRET}`);
    expect(JSON.stringify(protectedBy(protection))).not.toContain('@');
  });

  it.each([
    ['throws', () => JSON.parse('no') as string],
    ['gives no text', () => Promise.resolve('') as unknown as string],
    ['gives far more than it got', () => 'x'.repeat(1_000_000)],
  ])('throws where a rule %s', (_what, rule) => {
    expect(() => protectedBy(protectionOf('redacted', rule))).toThrow();
  });

  it('throws where it takes too long, or there is too much text', () => {
    let now = 0;
    const slow = protectionOf(
      'redacted',
      (text) => {
        now += 200;
        return text;
      },
      () => now,
    );
    expect(() => protectedBy(slow)).toThrow('too long');
    const long: Trial = {
      ...trial,
      input: {
        kind: 'text',
        messages: [{ role: 'user', parts: [{ type: 'text', content: ' '.repeat(4 * 1024 * 1024 + 1) }] }],
      },
    };
    expect(() => protectedBy(protectionOf('redacted'), long)).toThrow('more text');
  });
});
