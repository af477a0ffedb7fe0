import { UnderstudyError } from '../../errors.js';

/** The evaluator is closing: nobody waits for vectors any longer, and whoever takes the batch next asks again. */
export class EmbeddingStopped extends UnderstudyError {
  constructor() {
    super('embedding_stopped', 'the evaluator is closing while a batch waits for its embeddings: it is put back', {
      retryable: true,
    });
  }
}
