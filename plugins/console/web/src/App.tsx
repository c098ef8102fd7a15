// SPDX-License-Identifier: Apache-2.0
// Language, server and session around the pages.
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { Router } from 'wouter';
import { api, ApiError, setCsrf, take, whenSignedOut } from './api/client';
import { mayOf, SessionContext, type Session } from './api/session';
import { Frame } from './Frame';
import { AcceptInvitation } from './pages/AcceptInvitation';
import { Login } from './pages/Login';
import { ErrorNote } from './parts/ErrorNote';
import { ProofDialog } from './parts/ProofDialog';
import { Toasts } from './parts/Toasts';
import { chooseLanguage, kLanguages, makeWords, storedLanguage, WordsContext, type Words } from './words/words';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (times, error) => times < 2 && error instanceof ApiError && error.status === 0,
    },
  },
});

function useLanguage(): Words | null {
  const [words, setWords] = useState<Words | null>(null);
  useEffect(() => {
    const language = chooseLanguage([storedLanguage() ?? '', ...navigator.languages]);
    const tagged = navigator.languages.find((each) => each.toLowerCase().startsWith(language)) ?? language;
    document.documentElement.lang = language;
    void kLanguages[language]?.load().then((loaded) => setWords(makeWords(tagged, loaded.default)));
  }, []);
  return words;
}

function Gate() {
  // A session that ends under an open page leaves the page where it is, with what was typed; the log-in lies over it.
  const [expired, setExpired] = useState(false);
  const me = useQuery({
    queryKey: ['me'],
    queryFn: async () => {
      const got = await take(api.GET('/me'));
      setCsrf(got.csrf);
      return got;
    },
    retry: false,
    staleTime: 60_000,
  });
  useEffect(() => whenSignedOut(() => setExpired(true)), []);
  const enter = useCallback(() => {
    setExpired(false);
    void queries.invalidateQueries();
  }, []);
  const session = useMemo<Session | null>(() => {
    if (!me.data) return null;
    return {
      me: me.data,
      may: mayOf(me.data),
      refresh: () => void queries.invalidateQueries({ queryKey: ['me'] }),
      logout: () => {
        void take(api.POST('/logout')).catch(() => undefined).then(() => {
          setCsrf('');
          queries.clear();
          location.assign('/console/');
        });
      },
    };
  }, [me.data]);

  if (me.isPending) return null;
  if (!session) {
    const signedOut = me.error instanceof ApiError && me.error.isSignedOut;
    if (!signedOut && me.error) {
      return (
        <div className="door">
          <ErrorNote error={me.error} />
        </div>
      );
    }
    return <Login onEntered={enter} />;
  }
  return (
    <SessionContext.Provider value={session}>
      {expired && (
        <div className="overlay">
          <Login onEntered={enter} again={session.me.name} />
        </div>
      )}
      <Frame />
      <ProofDialog />
    </SessionContext.Provider>
  );
}

export function App() {
  const words = useLanguage();
  if (!words) return null;
  return (
    <WordsContext.Provider value={words}>
      <I18nProvider locale={words.locale}>
        <QueryClientProvider client={queries}>
          <Toasts>
            <Router base="/console">
              {location.pathname.startsWith('/console/invitation') ? (
                <AcceptInvitation />
              ) : location.pathname.startsWith('/console/password') ? (
                <AcceptInvitation forgotten />
              ) : (
                <Gate />
              )}
            </Router>
          </Toasts>
        </QueryClientProvider>
      </I18nProvider>
    </WordsContext.Provider>
  );
}
