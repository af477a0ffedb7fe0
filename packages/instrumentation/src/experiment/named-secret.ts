/** A secret is named, never written down. */
export type SecretReference = { readonly env: string } | { readonly file: string };
