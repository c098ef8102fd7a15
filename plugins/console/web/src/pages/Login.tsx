// SPDX-License-Identifier: Apache-2.0
// Log-in: password, then the second factor or its enrolment where the site asks for one.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Schemas, setCsrf, take } from '../api/client';
import icon from '../icon.svg';
import { BackupCodes } from '../parts/BackupCodes';
import { Button } from '../parts/Button';
import { EnrolmentCard } from '../parts/EnrolmentCard';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, TextField } from '../parts/fields';
import { useWords } from '../words/words';

type Step =
  | { at: 'password' }
  | { at: 'factor'; ticket: string; kind: string }
  | { at: 'enrol'; ticket: string; enrolment: Schemas['Enrolment'] }
  | { at: 'codes'; codes: readonly string[] };

interface Props {
  onEntered: () => void;
  /// The session of this user has ended under an open page.
  again?: string;
}

/// The second step of a sign-on on another site: its ticket stands behind the #, and is gone once it was read.
function firstStep(): Step {
  const ticket = new URLSearchParams(location.hash.slice(1)).get('ticket');
  if (!ticket) return { at: 'password' };
  history.replaceState(null, '', location.pathname + location.search);
  return { at: 'factor', ticket, kind: 'totp' };
}

export function Login({ onEntered, again }: Props) {
  const { t } = useWords();
  const [step, setStep] = useState<Step>(firstStep);
  const [name, setName] = useState(again ?? '');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [trust, setTrust] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState(false);
  const options = useQuery({ queryKey: ['login-options'], queryFn: () => take(api.GET('/login/options')), retry: false });

  const proceed = async (answer: Schemas['LoginAnswer']) => {
    const ticket = answer.ticket ?? '';
    if (answer.status === 'second_factor') {
      setStep({ at: 'factor', ticket, kind: answer.factor ?? 'totp' });
    } else if (answer.status === 'enrolment') {
      setStep({ at: 'enrol', ticket, enrolment: await take(api.POST('/login/enrol', { body: { ticket } })) });
    } else {
      setCsrf(answer.csrf);
      onEntered();
    }
  };
  const run = (work: () => Promise<void>) => (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    work()
      .catch(setError)
      .finally(() => setBusy(false));
  };

  const forget = () => take(api.POST('/password/forgot', { body: { email: name } })).then(() => setAsked(true), setError);

  const sendPassword = run(async () => proceed(await take(api.POST('/login', { body: { name, password } }))));
  const sendCode = run(async () => {
    if (step.at !== 'factor') return;
    await proceed(await take(api.POST('/login/factor', { body: { ticket: step.ticket, code, trust_browser: trust } })));
  });
  const confirmEnrolment = run(async () => {
    if (step.at !== 'enrol') return;
    const got = await take(api.POST('/login/enrol/confirm', { body: { ticket: step.ticket, code } }));
    setCsrf(got.csrf);
    setStep({ at: 'codes', codes: got.codes });
  });

  return (
    <div className="door">
      <main className="card">
        <div className="row">
          <img src={icon} alt="" width="30" height="30" />
          <h1>{again ? t('login.again') : t('login.title')}</h1>
        </div>
        {step.at === 'password' && (
          <form className="stack" onSubmit={sendPassword}>
            <TextField label={t('login.name')} value={name} onChange={setName} autoComplete="username" autoFocus required />
            <TextField
              label={t('login.password')}
              type="password"
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
              required
            />
            <ErrorNote error={error} />
            <Button type="submit" look="primary" isDisabled={busy || !name || !password}>
              {t('login.enter')}
            </Button>
            {options.data?.mail && (
              <Button look="quiet" isDisabled={!name} onPress={() => void forget()}>
                {t('forgot.ask')}
              </Button>
            )}
            {asked && <p role="status">{t('forgot.asked')}</p>}
            {options.data?.providers.map((provider) => (
              <a key={provider} className="button" href={`/api/oidc/console?op=${encodeURIComponent(provider)}`}>
                {t('login.with', { provider })}
              </a>
            ))}
          </form>
        )}
        {step.at === 'factor' && (
          <form className="stack" onSubmit={sendCode}>
            <TextField
              label={step.kind === 'mail' ? t('login.mail_code') : t('login.totp_code')}
              help={t('login.code_help')}
              value={code}
              onChange={setCode}
              autoComplete="one-time-code"
              inputMode="numeric"
              autoFocus
              required
            />
            <Check label={t('login.trust')} value={trust} onChange={setTrust} />
            <ErrorNote error={error} />
            <Button type="submit" look="primary" isDisabled={busy || code.length < 6}>
              {t('login.enter')}
            </Button>
            <Button look="quiet" onPress={() => setStep({ at: 'password' })}>
              {t('act.back')}
            </Button>
          </form>
        )}
        {step.at === 'enrol' && (
          <form className="stack" onSubmit={confirmEnrolment}>
            <p>{t('login.must_enrol')}</p>
            <EnrolmentCard enrolment={step.enrolment} code={code} onCode={setCode} />
            <ErrorNote error={error} />
            <Button type="submit" look="primary" isDisabled={busy || code.length < 6}>
              {t('act.confirm')}
            </Button>
          </form>
        )}
        {step.at === 'codes' && (
          <div className="stack">
            <BackupCodes codes={step.codes} />
            <Button look="primary" onPress={onEntered}>
              {t('login.go_on')}
            </Button>
          </div>
        )}
      </main>
    </div>
  );
}
