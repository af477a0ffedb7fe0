/** Names by which somebody might try to say where a shadow goes, how often, and with which key. */
const NAMES: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  '__defineGetter__',
  'toString',
  'hasOwnProperty',
  'baseUrl',
  'base_url',
  'candidate',
  'candidates.other.baseUrl',
  'apiKey',
  'api_key',
  'keyHeader',
  'headers.authorization',
  'rate',
  'sample.rate',
  'understudy.rate',
  'understudy.sample.rate',
  'understudy.target',
  'understudy.baseUrl',
  'understudy.apiKey',
  'understudy.experiment',
  'understudy.arm',
  'understudy.role',
  'understudy.pair.id',
  'gen_ai.request.model',
  'gen_ai.operation.name',
  'server.address',
];
const SEPARATORS: readonly string[] = [
  '\r\n',
  '\n',
  '\0',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ud800',
  ' ',
  '.',
  ';',
  '"',
  '\\',
  '%0d%0a',
];

/** A text that says it, in JSON, as a header, a parameter or a path, broken by what parsers stumble over. */
export function hostileText(random: () => number, elsewhere: string): string {
  const name = pick(random, NAMES);
  const value = pick(random, [elsewhere, '1', '0', 'sk-stolen', 'true', '{"baseUrl":"x"}']);
  const one = pick(random, [
    `{"${name}":"${value}"}`,
    `{"__proto__":{"${name}":"${value}"}}`,
    `{"constructor":{"prototype":{"${name}":"${value}"}}}`,
    `${name}: ${value}`,
    `${name}=${value}`,
    `?${name}=${encodeURIComponent(value)}`,
    `understudy.${name}=${value}`,
  ]);
  return `${one}${pick(random, SEPARATORS)}${pick(random, NAMES)}: ${value}`;
}

/** A name of a field. */
export function hostileName(random: () => number): string {
  return pick(random, NAMES);
}

/** What may stand in a header: a token, and Latin-1 without line ends. */
export function hostileHeader(random: () => number, elsewhere: string): readonly [string, string] {
  const name = `${pick(random, ['understudy-', 'x-understudy-', 'x-', ''])}${pick(random, NAMES).replaceAll(/[^\w-]/g, '-')}`;
  // Those say who asks, or how the request is sent: the service itself sets them.
  const safe = /^(host|connection|rate)$/i.test(name) ? `x-${name}` : name;
  return [
    safe,
    hostileText(random, elsewhere)
      .replaceAll(/[^\x20-\x7e]/g, '-')
      .trim(),
  ];
}

function pick<Item>(random: () => number, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
