// SPDX-License-Identifier: Apache-2.0
import { useSyncExternalStore } from 'react';

const kQuery = '(max-width: 860px)';

function watch(changed: () => void): () => void {
  const media = matchMedia(kQuery);
  media.addEventListener('change', changed);
  return () => media.removeEventListener('change', changed);
}

/// A phone, or a window of its width.
export const useNarrow = (): boolean => useSyncExternalStore(watch, () => matchMedia(kQuery).matches);
