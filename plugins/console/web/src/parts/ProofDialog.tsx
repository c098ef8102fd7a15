// SPDX-License-Identifier: Apache-2.0
// Asks who is there before a call that wants a proof younger than ten minutes; the call that waited goes on by itself.
import { useEffect, useState } from 'react';
import { api, take, whenProofIsAsked } from '../api/client';
import { useWords } from '../words/words';
import { FormDialog } from './Dialog';
import { TextField } from './fields';

export function ProofDialog() {
  const { t } = useWords();
  const [waiting, setWaiting] = useState<((given: boolean) => void) | null>(null);
  const [secret, setSecret] = useState('');
  useEffect(
    () =>
      whenProofIsAsked(
        () =>
          new Promise((resolve) => {
            setSecret('');
            setWaiting(() => resolve);
          }),
      ),
    [],
  );
  if (!waiting) return null;
  const end = (given: boolean) => {
    waiting(given);
    setWaiting(null);
  };
  const submit = async () => {
    const body = /^\d{6}$/.test(secret) ? { code: secret } : { password: secret };
    await take(api.POST('/me/confirm', { body }));
    waiting(true);
  };
  return (
    <FormDialog title={t('proof.title')} submit={t('act.confirm')} onSubmit={submit} onClose={() => end(false)}>
      <p>{t('proof.help')}</p>
      <TextField
        label={t('proof.secret')}
        type="password"
        value={secret}
        onChange={setSecret}
        autoComplete="current-password"
        autoFocus
        required
      />
    </FormDialog>
  );
}
