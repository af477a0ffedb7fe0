import type { CanonicalImage } from './canonical.js';

const DATA_URL = /^data:([a-z]+\/[\w.+-]+);base64,/i;

/** An image as OpenAI's protocols name it: an address, or a `data:` URL that holds it. */
export function imageOfUrl(url: string): CanonicalImage {
  const match = DATA_URL.exec(url.slice(0, 128));
  if (match?.[1] === undefined) return { kind: 'url', url };
  return { kind: 'data', mediaType: match[1].toLowerCase(), data: url.slice(match[0].length) };
}

export function urlOfImage(image: CanonicalImage): string {
  return image.kind === 'url' ? image.url : `data:${image.mediaType};base64,${image.data}`;
}
