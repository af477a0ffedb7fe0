/** What marks every string of a call that is private: found anywhere, something has leaked. */
export const MARK = 'CANARY';

/** What is no secret, and must survive where texts are redacted. */
export const HARMLESS = 'The harbour opens at nine.';

export const WORD = 'abcdefghijklmnopqrstuvwxyz0123456789ABCD';

/** Of each kind of secret, a value and how it stands in a text. */
export const SECRETS: Readonly<Record<string, readonly [value: string, text: string]>> = {
  'model key': [`sk-proj-${WORD}`, `sk-proj-${WORD}`],
  'cloud key': ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  'code token': [`ghp_${WORD}`, `token ghp_${WORD}`],
  'chat token': ['xoxb-123456789012-abcdefghij', 'xoxb-123456789012-abcdefghij'],
  'labelled secret': ['hunter2-of-carol', 'password=hunter2-of-carol'],
  'bearer token': ['qwertzuiop0123456789', 'Authorization: Bearer qwertzuiop0123456789'],
  'JSON Web Token': ['eyJzdWIiOiJjYXJvbCJ9', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYXJvbCJ9.${WORD}`],
  'PEM block': [
    'MIIEvQIBADANBgkq',
    '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w==\n-----END PRIVATE KEY-----',
  ],
  'e-mail address': ['carol@', 'carol@mail.example.com'],
  'phone number': ['555-2671', '(415) 555-2671'],
  'card number': ['4111 1111', '4111 1111 1111 1111'],
  'bank account': ['DE89 3704', 'DE89 3704 0044 0532 0130 00'],
};

/** A text with the mark, what is harmless, and a secret of every kind. */
export const TEXT: string = [`${MARK} says: ${HARMLESS}`, ...Object.values(SECRETS).map(([, text]) => text)].join('\n');

/** The kinds of secret that are in what was told. */
export function leaksOf(told: string): readonly string[] {
  const kinds = Object.entries(SECRETS).filter(([, [value]]) => told.includes(value));
  return kinds.map(([kind]) => kind);
}

/** Whether the mark is in what was told, as it is or in an encoding. */
export function isMarked(told: string): boolean {
  return MARKS.some((mark) => told.includes(mark));
}

/** In base64 a text looks different by where in three bytes it begins; the ends, which depend on what is around, are left out. */
const MARKS: readonly string[] = [
  MARK,
  Buffer.from(MARK).toString('hex'),
  ...[0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${' '.repeat(before)}${MARK}`).toString('base64url');
    return encoded.slice(before === 0 ? 0 : before + 1, Math.floor(((before + MARK.length) * 4) / 3));
  }),
];
