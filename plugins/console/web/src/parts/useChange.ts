// SPDX-License-Identifier: Apache-2.0
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTeller } from './Toasts';

/// Runs a change and has what it touched fetched again. Resolves when that is done; what fails is thrown on.
export function useChange(...kinds: readonly string[]): <T>(work: Promise<T>, said?: string) => Promise<T> {
  const queries = useQueryClient();
  const { tell } = useTeller();
  const touched = kinds.join(' ');
  return useCallback(
    async (work, said) => {
      const got = await work;
      await Promise.all(touched.split(' ').map((kind) => queries.invalidateQueries({ queryKey: [kind] })));
      if (said) tell(said);
      return got;
    },
    [queries, tell, touched],
  );
}
