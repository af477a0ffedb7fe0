import type { CanonicalRequest } from './canonical.js';
import { refused, serialise } from './change-body.js';
import type { Dialect, Refusal, RequestChange, ShadowRules, WireRequest } from './dialect.js';
import { removing } from './merge-patch.js';

/** A request of another dialect: path and query stand behind the candidate's base URL. */
export interface TranslatedRequest {
  readonly status: 'ok';
  readonly path: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Says a request of one dialect in another, with the candidate's changes. First everything stateful or run by the provider is
 * stripped or refused by the rules of the dialect it came in, in the end by those of the dialect it goes out in.
 *
 * @param omit Fields of the primary's body that the candidate is declared to do without, `outer.inner` below the top level.
 */
export function translate(
  from: Dialect,
  to: Dialect,
  request: WireRequest,
  change: RequestChange,
  omit: readonly string[],
): TranslatedRequest | Refusal {
  const [source, target] = [translatable(from), translatable(to)];
  if (source === null || target === null) return refused('untranslatable', `${from.name} into ${to.name}`);

  const own = source.rules.change(request, { parameters: removing(omit), elsewhere: true });
  if (own.status === 'refused') return own;
  const read = source.translation.read(own);
  if (read.status === 'refused') return read;
  const { parameters = {} } = change;
  const written = target.translation.write(changed(read.request, change), new Set(Object.keys(parameters)));
  if (written.status === 'refused') return written;
  const text = serialise(written.body);
  if (text === null) return refused('unparsable', 'nesting');
  const final = target.rules.change(
    { url: new URL(written.path, 'http://candidate.invalid'), body: text },
    { parameters },
  );
  if (final.status === 'refused') return final;
  return { status: 'ok', path: written.path, body: final.body, headers: target.translation.headers };
}

function translatable({ shadow }: Dialect): {
  readonly rules: ShadowRules;
  readonly translation: NonNullable<ShadowRules['translation']>;
} | null {
  return shadow === null || shadow.translation === null ? null : { rules: shadow, translation: shadow.translation };
}

function changed(request: CanonicalRequest, { model, system }: RequestChange): CanonicalRequest {
  return {
    ...request,
    ...(model !== undefined && { model }),
    ...(system !== undefined && { system: system(request.system) }),
  };
}
