/** The requests all ways share. */
export const PLAIN = {
  model: 'gpt-5',
  messages: [
    { role: 'system', content: 'You are terse.' },
    { role: 'user', content: 'Say "hé\\llo"\n{"model":"not this one"}' },
  ],
  temperature: 0.5,
} satisfies { model: string; messages: { role: 'system' | 'user'; content: string }[]; temperature: number };

export const STREAMED = { ...PLAIN, stream: true } as const;

export const WITH_USAGE = { ...STREAMED, stream_options: { include_usage: true } } as const;

export const RESPONSE = { model: 'gpt-5', input: 'Say hello.' } as const;
