/** A token of text is some four bytes; of digits, code and scripts that are rare, two and more. The request's own syntax counts as well. */
const BYTES_PER_TOKEN = 2;
/** An image or a file that the provider fetches itself: what large images count. */
const BY_REFERENCE = 5000;
const REFERENCE = /"(?:url|image_url|file_url|file_uri|fileUri|file_id)"\s*:\s*"(?!data:)/g;

/** The most tokens that a request is taken to have as input. Linear in its length. */
export function inputBound(body: string): number {
  const references = body.match(REFERENCE)?.length ?? 0;
  return Math.ceil(Buffer.byteLength(body) / BYTES_PER_TOKEN) + references * BY_REFERENCE;
}
