// SPDX-License-Identifier: Apache-2.0
// One's own account: name, password, second factor, sessions, trusted devices, look and language.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, type Schemas, setCsrf, take } from '../api/client';
import { useSession } from '../api/session';
import { BackupCodes } from '../parts/BackupCodes';
import { Badge, Card, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Dialog, FormDialog } from '../parts/Dialog';
import { EnrolmentCard } from '../parts/EnrolmentCard';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, Select, TextField } from '../parts/fields';
import { SessionList } from '../parts/SessionList';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { kLanguages, storedLanguage, storeLanguage, useWords } from '../words/words';

export function Account() {
  const { t } = useWords();
  const { me } = useSession();
  return (
    <Page title={t('nav.account')}>
      {me.change_password && <div className="note warn">{t('account.must_change')}</div>}
      {me.enrol && <div className="note warn">{t('account.must_enrol')}</div>}
      <TabsOf
        label={t('nav.account')}
        tabs={[
          { id: 'profile', name: t('account.profile'), content: () => <Profile /> },
          { id: 'security', name: t('account.security'), content: () => <Security /> },
          {
            id: 'sessions',
            name: t('user.sessions'),
            content: () => (
              <SessionList
                kind="my-sessions"
                path="/me/sessions"
                end={(session) => take(api.DELETE('/me/sessions/{session}', { params: { path: { session } } }))}
              />
            ),
          },
          { id: 'trusted', name: t('account.trusted'), content: () => <Trusted /> },
          { id: 'look', name: t('account.look'), content: () => <Look /> },
        ]}
      />
    </Page>
  );
}

function Profile() {
  const { t } = useWords();
  const { me, refresh } = useSession();
  const { tell } = useTeller();
  const [display, setDisplay] = useState(me.display_name);
  const [email, setEmail] = useState(me.email ?? '');
  const [alarms, setAlarms] = useState(me.alarm_mails);
  const [error, setError] = useState<unknown>(null);
  const save = (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    const body = { display_name: display, alarm_mails: alarms, ...(email !== (me.email ?? '') ? { email: email || null } : {}) };
    take(api.PATCH('/me', { body })).then(() => {
      tell(t('act.saved'));
      refresh();
    }, setError);
  };
  return (
    <Card title={me.name}>
      <form className="stack" onSubmit={save}>
        <TextField label={t('user.display_name')} value={display} onChange={setDisplay} autoComplete="name" />
        <TextField label={t('user.email')} value={email} onChange={setEmail} type="email" autoComplete="email" />
        <Check label={t('account.alarm_mails')} value={alarms} onChange={setAlarms} />
        <ErrorNote error={error} />
        <div className="row">
          <Button type="submit" look="primary">
            {t('act.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Security() {
  const { t, named } = useWords();
  const factors = useQuery({ queryKey: ['my-factors'], queryFn: () => take(api.GET('/me/factors')) });
  const [enrolment, setEnrolment] = useState<Schemas['Enrolment'] | null>(null);
  const [codes, setCodes] = useState<readonly string[]>([]);
  const [removing, setRemoving] = useState(false);
  const [renewing, setRenewing] = useState(false);
  const { fail } = useTeller();
  const change = useChange('my-factors', 'me');
  const f = factors.data;
  return (
    <div className="grid">
      <PasswordCard withCode={f?.totp === 'on'} />
      <Card title={t('user.factor')}>
        <ErrorNote error={factors.error} />
        {f && (
          <>
            <div className="row">
              <Badge tone={f.totp === 'on' ? 'good' : 'warn'}>{named('factor', f.totp)}</Badge>
              {f.totp === 'on' && <span className="soft">{t('codes.left', { n: f.backup_codes })}</span>}
            </div>
            <p className="soft">{t('totp.why')}</p>
            <div className="row">
              {f.totp !== 'on' && (
                <Button look="primary" onPress={() => void take(api.POST('/me/factors/totp')).then(setEnrolment, fail)}>
                  {t('totp.set_up')}
                </Button>
              )}
              {f.totp === 'on' && <Button onPress={() => setRenewing(true)}>{t('codes.renew')}</Button>}
              {f.totp === 'on' && !f.enforced && (
                <Button look="danger" onPress={() => setRemoving(true)}>
                  {t('totp.remove')}
                </Button>
              )}
            </div>
          </>
        )}
      </Card>
      {enrolment && (
        <Enrol
          enrolment={enrolment}
          onClose={() => setEnrolment(null)}
          onCodes={(got) => {
            setCodes(got);
            void change(Promise.resolve());
          }}
        />
      )}
      {codes.length > 0 && (
        <Dialog title={t('codes.title')} onClose={() => setCodes([])}>
          <BackupCodes codes={codes} />
          <div className="actions">
            <Button look="primary" onPress={() => setCodes([])}>
              {t('act.close')}
            </Button>
          </div>
        </Dialog>
      )}
      {renewing && (
        <Prove
          title={t('codes.renew')}
          onClose={() => setRenewing(false)}
          onProven={async () => setCodes((await change(take(api.POST('/me/factors/backup-codes')))).codes)}
        />
      )}
      {removing && (
        <Prove
          title={t('totp.remove')}
          onClose={() => setRemoving(false)}
          onProven={() => change(take(api.DELETE('/me/factors/totp')), t('act.done'))}
        />
      )}
    </div>
  );
}

/// Asks for password and code first: what follows weakens or shows what protects the account.
function Prove({ title, onProven, onClose }: { title: string; onProven: () => Promise<unknown>; onClose: () => void }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const submit = async () => {
    await take(api.POST('/me/confirm', { body: { ...(password ? { password } : {}), ...(code ? { code } : {}) } }));
    await onProven();
  };
  return (
    <FormDialog title={title} submit={t('act.confirm')} onSubmit={submit} onClose={onClose}>
      <p>{t('account.prove')}</p>
      <TextField label={t('login.password')} type="password" value={password} onChange={setPassword} autoComplete="current-password" />
      <TextField label={t('login.totp_code')} value={code} onChange={setCode} inputMode="numeric" autoComplete="one-time-code" />
    </FormDialog>
  );
}

interface EnrolProps {
  enrolment: Schemas['Enrolment'];
  onCodes: (codes: readonly string[]) => void;
  onClose: () => void;
}

function Enrol({ enrolment, onCodes, onClose }: EnrolProps) {
  const { t } = useWords();
  const [code, setCode] = useState('');
  const submit = async () => {
    const got = await take(api.POST('/me/factors/totp/confirm', { body: { code } }));
    if (got.csrf) setCsrf(got.csrf);
    onCodes(got.codes);
  };
  return (
    <FormDialog title={t('totp.set_up')} submit={t('act.confirm')} onSubmit={submit} onClose={onClose}>
      <EnrolmentCard enrolment={enrolment} code={code} onCode={setCode} />
    </FormDialog>
  );
}

function PasswordCard({ withCode }: { withCode: boolean }) {
  const { t } = useWords();
  const { refresh } = useSession();
  const { tell } = useTeller();
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [code, setCode] = useState('');
  const [error, setError] = useState<unknown>(null);
  const differs = again !== '' && again !== password;
  const save = (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    take(api.POST('/me/password', { body: { old, password, ...(withCode ? { code } : {}) } })).then(() => {
      tell(t('account.password_changed'));
      setOld('');
      setPassword('');
      setAgain('');
      setCode('');
      refresh();
    }, setError);
  };
  return (
    <Card title={t('account.change_password')}>
      <form className="stack" onSubmit={save}>
        <TextField label={t('account.old_password')} type="password" value={old} onChange={setOld} autoComplete="current-password" required />
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
        {withCode && (
          <TextField label={t('login.totp_code')} value={code} onChange={setCode} inputMode="numeric" autoComplete="one-time-code" required />
        )}
        <ErrorNote error={error} />
        <div className="row">
          <Button type="submit" look="primary" isDisabled={!old || !password || password !== again}>
            {t('account.change_password')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Trusted() {
  const { t } = useWords();
  const change = useChange('my-trusted');
  const { fail } = useTeller();
  return (
    <DataTable
      kind="my-trusted"
      label={t('account.trusted')}
      columns={[
        { id: 'device', name: t('session.device'), narrow: true, cell: (d) => d.device },
        { id: 'since', name: t('session.since'), cell: (d) => <When at={d.created} /> },
        { id: 'expires', name: t('expires'), narrow: true, cell: (d) => <When at={d.expires} /> },
      ]}
      keyOf={(d) => d.guid}
      path="/me/trusted-devices"
      bulk={(rows, done) => (
        <Button
          onPress={() =>
            void change(
              Promise.all(rows.map((d) => take(api.DELETE('/me/trusted-devices/{device}', { params: { path: { device: d.guid } } })))),
              t('act.done'),
            ).then(done, fail)
          }
        >
          {t('act.revoke')}
        </Button>
      )}
    />
  );
}

function Look() {
  const { t, locale } = useWords();
  const [theme, setTheme] = useState(localStorage.getItem('junctor.theme') ?? '');
  const choose = (value: string) => {
    setTheme(value);
    if (value) {
      localStorage.setItem('junctor.theme', value);
      document.documentElement.dataset.theme = value;
    } else {
      localStorage.removeItem('junctor.theme');
      delete document.documentElement.dataset.theme;
    }
  };
  return (
    <Card>
      <Select
        label={t('account.theme')}
        value={theme}
        onChange={choose}
        choices={[
          { id: '', name: t('account.theme_system') },
          { id: 'light', name: t('account.theme_light') },
          { id: 'dark', name: t('account.theme_dark') },
        ]}
      />
      <Select
        label={t('account.language')}
        value={storedLanguage() ?? locale.split('-')[0] ?? 'en'}
        onChange={(language) => {
          storeLanguage(language);
          location.reload();
        }}
        choices={Object.entries(kLanguages).map(([id, { name }]) => ({ id, name }))}
      />
    </Card>
  );
}
