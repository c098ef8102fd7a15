// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from '../api/client';
import type { Words } from '../words/words';

/// What became of a bulk action, with the first reasons of what failed.
export function bulkSentence(answer: Schemas['BulkAnswer'], { t }: Words): string {
  const done = t('bulk.done', { n: answer.done });
  if (answer.failed.length === 0) return done;
  const reasons = [...new Set(answer.failed.map((each) => each.detail))].slice(0, 3).join(' ');
  return `${done} ${t('bulk.failed', { n: answer.failed.length })} ${reasons}`;
}
