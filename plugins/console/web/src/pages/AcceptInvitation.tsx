// SPDX-License-Identifier: Apache-2.0
// Where the links of mails lead, an invitation's and a forgotten password's: a password is chosen. The secret is in the
// fragment, so it is in no log.
import { useState, type FormEvent } from 'react';
import { api, take } from '../api/client';
import { Button } from '../parts/Button';
import { ErrorNote } from '../parts/ErrorNote';
import { TextField } from '../parts/fields';
import { useWords } from '../words/words';

export function AcceptInvitation({ forgotten = false }: { forgotten?: boolean }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const send = (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    const secret = location.hash.slice(1);
    const body = { secret, password };
    take(forgotten ? api.POST('/password/reset', { body }) : api.POST('/invitations/accept', { body })).then(() => setDone(true), setError);
  };
  const differs = again !== '' && again !== password;
  return (
    <div className="door">
      <main className="card">
        <h1>{forgotten ? t('forgot.title') : t('invite.title')}</h1>
        {done ? (
          <>
            <p>{forgotten ? t('forgot.done') : t('invite.done')}</p>
            <a className="button primary" href="/console/">
              {t('login.enter')}
            </a>
          </>
        ) : (
          <form className="stack" onSubmit={send}>
            <TextField
              label={t('account.new_password')}
              help={t('account.password_help')}
              type="password"
              value={password}
              onChange={setPassword}
              autoComplete="new-password"
              required
            />
            <TextField
              label={t('account.repeat')}
              type="password"
              value={again}
              onChange={setAgain}
              wrong={differs ? t('account.differs') : undefined}
              autoComplete="new-password"
              required
            />
            <ErrorNote error={error} />
            <Button type="submit" look="primary" isDisabled={!password || again !== password}>
              {t('act.save')}
            </Button>
          </form>
        )}
      </main>
    </div>
  );
}
