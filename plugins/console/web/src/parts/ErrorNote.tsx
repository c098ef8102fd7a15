// SPDX-License-Identifier: Apache-2.0
import { ApiError } from '../api/client';
import { type Words, useWords } from '../words/words';

/// An error in the API's own sentence; what never reached the server in ours.
export function sentence(error: unknown, words: Words): string {
  if (error instanceof ApiError) {
    if (error.status === 0) return words.t('error.unreachable');
    if (error.isConflict) return words.t('error.conflict');
    return [error.message, ...[...error.fields].map(([field, detail]) => `${field}: ${detail}`)].join(' ');
  }
  return error instanceof Error ? error.message : String(error);
}

export function ErrorNote({ error }: { error: unknown }) {
  const words = useWords();
  if (!error) return null;
  return (
    <div className="note bad" role="alert">
      {sentence(error, words)}
    </div>
  );
}
