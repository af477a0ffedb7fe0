/** What is wrong with a document, at a place in it such as `/spec/replicas`. */
export interface Failure {
  readonly at: string;
  readonly message: string;
}

/** Tells what is wrong with a document that was read from YAML; nothing where it is as it should be. */
export type Validator = (document: unknown) => readonly Failure[];
