// SPDX-License-Identifier: Apache-2.0
// What has just happened, for a few seconds, read out by screen readers.
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import { useWords } from '../words/words';
import { Button } from './Button';
import { sentence } from './ErrorNote';

interface Toast {
  id: number;
  text: string;
  bad: boolean;
}
interface Teller {
  tell(text: string): void;
  fail(error: unknown): void;
}

const kShownFor = 6_000;
const TellerContext = createContext<Teller>({ tell: () => undefined, fail: () => undefined });
export const useTeller = (): Teller => useContext(TellerContext);

let lastId = 0;

export function Toasts({ children }: { children: ReactNode }) {
  const words = useWords();
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const drop = useCallback((id: number) => setToasts((all) => all.filter((each) => each.id !== id)), []);
  const teller = useMemo<Teller>(() => {
    const add = (text: string, bad: boolean) => {
      const id = ++lastId;
      setToasts((all) => [...all.slice(-3), { id, text, bad }]);
      if (!bad) setTimeout(() => drop(id), kShownFor); // a failure stays until it is read
    };
    return { tell: (text) => add(text, false), fail: (error) => add(sentence(error, words), true) };
  }, [drop, words]);
  return (
    <TellerContext.Provider value={teller}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} className={toast.bad ? 'toast bad' : 'toast'}>
            <span className="grow">{toast.text}</span>
            <Button look="quiet" aria-label={words.t('act.close')} onPress={() => drop(toast.id)}>
              ✕
            </Button>
          </div>
        ))}
      </div>
    </TellerContext.Provider>
  );
}
