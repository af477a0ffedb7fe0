/** In which headers any protocol may say who asks, lower case, beside those that a dialect's own rules name. */
export const CREDENTIAL_HEADERS: readonly string[] = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'];
