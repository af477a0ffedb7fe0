import { endOfRun, isEncoded, isWord } from './characters.js';
import type { Finder } from './found.js';

/** A key that is known by how it begins. */
interface KeyShape {
  readonly prefix: string;
  /** The least number of code units after the prefix. */
  readonly atLeast: number;
  /** Whether `.`, `/`, `+` and `~` are parts of it. */
  readonly dotted?: true;
}

/** How the keys and tokens of common providers begin, by the providers' own documents. Longer prefixes are covered by shorter ones. */
const SHAPES: readonly KeyShape[] = [
  // Models: OpenAI, Anthropic, OpenRouter, DeepSeek and others share `sk-`.
  { prefix: 'sk-', atLeast: 16 },
  { prefix: 'sess-', atLeast: 24 },
  { prefix: 'gsk_', atLeast: 20 },
  { prefix: 'xai-', atLeast: 20 },
  { prefix: 'hf_', atLeast: 20 },
  { prefix: 'r8_', atLeast: 20 },
  { prefix: 'pplx-', atLeast: 20 },
  { prefix: 'fw_', atLeast: 20 },
  { prefix: 'nvapi-', atLeast: 20 },
  { prefix: 'tvly-', atLeast: 16 },
  { prefix: 'pcsk_', atLeast: 20 },
  { prefix: 'lsv2_', atLeast: 20 },
  { prefix: 'AIza', atLeast: 30 },
  { prefix: 'ya29.', atLeast: 20, dotted: true },
  { prefix: 'GOCSPX-', atLeast: 20 },
  // Clouds and hosting.
  ...['AKIA', 'ASIA', 'ABIA', 'ACCA'].map((prefix) => ({ prefix, atLeast: 16 })),
  { prefix: 'dop_v1_', atLeast: 32 },
  { prefix: 'doo_v1_', atLeast: 32 },
  { prefix: 'dapi', atLeast: 32 },
  { prefix: 'hvs.', atLeast: 20, dotted: true },
  { prefix: 'hvb.', atLeast: 20, dotted: true },
  { prefix: 'dp.', atLeast: 30, dotted: true },
  { prefix: 'HRKU-', atLeast: 20 },
  { prefix: 'sbp_', atLeast: 32 },
  { prefix: 'pscale_', atLeast: 20 },
  { prefix: 'fo1_', atLeast: 20 },
  { prefix: 'pul-', atLeast: 32 },
  { prefix: 'AGE-SECRET-KEY-', atLeast: 40 },
  // Code and packages.
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map((prefix) => ({ prefix, atLeast: 20 })),
  ...['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-'].map((prefix) => ({ prefix, atLeast: 16 })),
  { prefix: 'npm_', atLeast: 30 },
  { prefix: 'pypi-', atLeast: 32 },
  { prefix: 'rubygems_', atLeast: 32 },
  { prefix: 'ATATT3', atLeast: 20, dotted: true },
  { prefix: 'ATBB', atLeast: 28 },
  { prefix: 'lin_api_', atLeast: 20 },
  { prefix: 'PMAK-', atLeast: 24 },
  { prefix: 'ntn_', atLeast: 30 },
  { prefix: 'secret_', atLeast: 40 },
  // Messages, payments, shops, watching.
  ...['xoxa-', 'xoxb-', 'xoxc-', 'xoxd-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'].map((prefix) => ({
    prefix,
    atLeast: 12,
  })),
  { prefix: 'SG.', atLeast: 32, dotted: true },
  { prefix: 'key-', atLeast: 32 },
  { prefix: 'SK', atLeast: 32 },
  ...['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'pk_live_', 'pk_test_', 'whsec_'].map((prefix) => ({
    prefix,
    atLeast: 16,
  })),
  { prefix: 'sq0', atLeast: 22 },
  { prefix: 'EAAA', atLeast: 40 },
  ...['shpat_', 'shpca_', 'shppa_', 'shpss_'].map((prefix) => ({ prefix, atLeast: 24 })),
  { prefix: 'NRAK-', atLeast: 20 },
  { prefix: 'glc_', atLeast: 24, dotted: true },
  { prefix: 'glsa_', atLeast: 24 },
  { prefix: 'sntrys_', atLeast: 32, dotted: true },
  { prefix: 'phc_', atLeast: 30 },
  { prefix: 'phx_', atLeast: 30 },
];

/** By the first two code units: most places in a text are refused by one look. */
const BY_BEGINNING = Map.groupBy(SHAPES, ({ prefix }) => beginning(prefix, 0));

function beginning(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
}

/**
 * A key or token of a known provider, that begins here. A place is refused after fewer code units than the longest prefix and least
 * length have, or the whole run is taken.
 */
export const apiKeyAt: Finder = (text, at) => {
  const shapes = BY_BEGINNING.get(beginning(text, at));
  if (shapes === undefined) return null;
  for (const { prefix, atLeast, dotted } of shapes) {
    if (!text.startsWith(prefix, at)) continue;
    const end = endOfRun(text, at + prefix.length, dotted === true ? isEncoded : isWord);
    if (end - at - prefix.length >= atLeast) return { kind: 'key', start: at, end };
  }
  return null;
};
