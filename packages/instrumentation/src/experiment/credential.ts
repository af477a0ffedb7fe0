/** Names of headers and parameters that sound like they carry a credential. */
export const CREDENTIAL: RegExp =
  /auth|cookie|credential|passw|secret|signature|token|(^|-)(api|access|subscription|private|functions?)-?key/i;

/** What may be the name of a header (RFC 9110, `token`). */
export const HEADER_NAME: RegExp = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
