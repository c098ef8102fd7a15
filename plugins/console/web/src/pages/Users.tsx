// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { findUserGroups } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Page, When, type Tone } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { copyText } from '../parts/copyText';
import { DataTable, type ColumnOf } from '../parts/DataTable';
import { Confirm, Dialog, FormDialog } from '../parts/Dialog';
import { Check, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { ExportLink, ImportButton } from '../parts/TableIO';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type User = Schemas['User'];
type Action = Schemas['UserBulk']['action'];

const kTones: Readonly<Record<User['status'], Tone>> = { normal: 'good', disabled: 'plain', unverified: 'warn' };

export function UserStatus({ status }: { status: User['status'] }) {
  const { named } = useWords();
  return <Badge tone={kTones[status]}>{named('user_status', status)}</Badge>;
}

export function Users() {
  const { t } = useWords();
  const { may } = useSession();
  return (
    <Page title={t('nav.users')}>
      <TabsOf
        label={t('nav.users')}
        tabs={[
          { id: 'users', name: t('nav.users'), content: () => <UserList /> },
          ...(may('users:invite') ? [{ id: 'invitations', name: t('invite.list'), content: () => <Invitations /> }] : []),
        ]}
      />
    </Page>
  );
}

function UserList() {
  const { t, named } = useWords();
  const { may, me } = useSession();
  const changed = useChange('users');
  const [creating, setCreating] = useState(false);
  const columns: readonly ColumnOf<User>[] = [
    { id: 'name', name: t('user.name'), sort: 'name', narrow: true, cell: (u) => u.name },
    { id: 'display', name: t('user.display_name'), cell: (u) => u.display_name },
    { id: 'email', name: t('user.email'), cell: (u) => u.email ?? '' },
    { id: 'group', name: t('user.group'), narrow: true, cell: (u) => u.group.name },
    {
      id: 'status',
      name: t('user.status'),
      narrow: true,
      cell: (u) => (
        <span className="row">
          <UserStatus status={u.status} />
          {u.is_admin && <Badge tone="accent">{t('user.admin')}</Badge>}
        </span>
      ),
    },
    { id: 'factor', name: t('user.factor'), cell: (u) => named('factor', u.second_factor) },
    { id: 'source', name: t('user.source'), cell: (u) => named('source', u.source) },
    { id: 'devices', name: t('nav.devices'), cell: (u) => u.devices },
    { id: 'login', name: t('user.last_login'), cell: (u) => <When at={u.last_login} /> },
  ];
  return (
    <>
      <DataTable
        kind="users"
        label={t('nav.users')}
        columns={columns}
        keyOf={(u) => u.guid}
        href={(u) => `/users/${u.guid}`}
        path="/users"
        searchAs="search"
        filters={[
          {
            id: 'status',
            name: t('user.status'),
            choices: (['normal', 'disabled', 'unverified'] as const).map((id) => ({ id, name: named('user_status', id) })),
          },
          { id: 'admin', name: t('user.admin'), choices: [{ id: 'true', name: t('yes') }, { id: 'false', name: t('no') }] },
        ]}
        bulk={(rows, done) => <UserBulkBar rows={rows} done={done} />}
        extra={
          <>
            <ExportLink path="users" />
            {me.is_admin && (
              <ImportButton
                columns="name, display_name, email, group, note, may_initiate"
                send={({ text, dry_run }) => changed(take(api.POST('/users/import', { body: { text, dry_run } })))}
              />
            )}
            {may('users:create') && (
              <Button look="primary" onPress={() => setCreating(true)}>
                {t('user.create')}
              </Button>
            )}
          </>
        }
      />
      {creating && <CreateUser onClose={() => setCreating(false)} />}
    </>
  );
}

function UserBulkBar({ rows, done }: { rows: readonly User[]; done: () => void }) {
  const words = useWords();
  const { t } = words;
  const { may } = useSession();
  const { tell, fail } = useTeller();
  const change = useChange('users', 'user', 'overview');
  const [asked, setAsked] = useState<'disable' | 'delete' | null>(null);
  const users = rows.map((row) => row.guid);
  const act = async (action: Action) => {
    tell(bulkSentence(await change(take(api.POST('/users/bulk', { body: { action, users } }))), words));
    done();
  };
  const now = (action: Action) => () => void act(action).catch(fail);
  return (
    <>
      {may('users:enable') && <Button onPress={now('enable')}>{t('act.enable')}</Button>}
      {may('users:enable') && <Button onPress={() => setAsked('disable')}>{t('act.disable')}</Button>}
      {may('users:force_logout') && <Button onPress={now('force_logout')}>{t('user.force_logout')}</Button>}
      {may('users:manage_2fa') && <Button onPress={now('enforce_factor')}>{t('user.enforce')}</Button>}
      {may('users:delete') && (
        <Button look="danger" onPress={() => setAsked('delete')}>
          {t('act.delete')}
        </Button>
      )}
      {asked && (
        <Confirm
          title={t(`user.${asked}_title`, { n: rows.length })}
          consequence={t(`user.${asked}_means`)}
          hits={rows.map((row) => row.name)}
          act={t(`act.${asked}`)}
          onConfirm={() => act(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </>
  );
}

function CreateUser({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const { me } = useSession();
  const key = useMemo(newKey, []);
  const change = useChange('users', 'overview');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [group, setGroup] = useState<Found | null>(null);
  const [isAdmin, setAdmin] = useState(false);
  const submit = () =>
    change(
      take(
        api.POST('/users', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            name,
            password,
            ...(email ? { email } : {}),
            ...(group ? { group_guid: group.guid } : {}),
            ...(isAdmin ? { is_admin: true } : {}),
          },
        }),
      ),
      t('user.created', { name }),
    );
  return (
    <FormDialog title={t('user.create')} submit={t('act.create')} onSubmit={submit} onClose={onClose}>
      <TextField label={t('user.name')} value={name} onChange={setName} autoFocus required autoComplete="off" />
      <TextField label={t('user.email')} value={email} onChange={setEmail} type="email" autoComplete="off" />
      <TextField
        label={t('login.password')}
        help={t('account.password_help')}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="new-password"
        required
      />
      <Picker label={t('user.group')} kind="user-groups" value={group} onChange={setGroup} find={findUserGroups} />
      {me.is_admin && <Check label={t('user.admin')} help={t('user.admin_help')} value={isAdmin} onChange={setAdmin} />}
    </FormDialog>
  );
}

function Invitations() {
  const { t, named } = useWords();
  const change = useChange('invitations');
  const { fail } = useTeller();
  const [inviting, setInviting] = useState(false);
  return (
    <>
      <DataTable
        kind="invitations"
        label={t('invite.list')}
        columns={[
          { id: 'email', name: t('user.email'), narrow: true, cell: (row) => row.email },
          { id: 'name', name: t('user.name'), narrow: true, cell: (row) => row.name },
          { id: 'group', name: t('user.group'), cell: (row) => row.group.name },
          { id: 'state', name: t('user.status'), narrow: true, cell: (row) => named('invitation', row.state) },
          { id: 'expires', name: t('expires'), cell: (row) => <When at={row.expires} /> },
        ]}
        keyOf={(row) => row.guid}
        path="/invitations"
        bulk={(rows, done) => (
          <Button
            onPress={() =>
              void change(
                Promise.all(
                  rows.map((row) => take(api.DELETE('/invitations/{invitation}', { params: { path: { invitation: row.guid } } }))),
                ),
                t('invite.revoked'),
              ).then(done, fail)
            }
          >
            {t('act.revoke')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setInviting(true)}>
            {t('invite.new')}
          </Button>
        }
      />
      {inviting && <Invite onClose={() => setInviting(false)} />}
    </>
  );
}

function Invite({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const { tell, fail } = useTeller();
  const key = useMemo(newKey, []);
  const change = useChange('invitations');
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [group, setGroup] = useState<Found | null>(null);
  const [link, setLink] = useState('');
  if (link) {
    return (
      <Dialog title={t('invite.made')} onClose={onClose}>
        <p>{t('invite.link_help')}</p>
        <TextField label={t('invite.link')} value={link} onChange={() => undefined} readOnly />
        <div className="actions">
          <Button onPress={() => void copyText(link).then(() => tell(t('act.copied')), fail)}>{t('act.copy')}</Button>
          <Button look="primary" onPress={onClose}>
            {t('act.close')}
          </Button>
        </div>
      </Dialog>
    );
  }
  const submit = async () => {
    const body = { email, name, ...(group ? { group_guid: group.guid } : {}) };
    const made = await change(take(api.POST('/invitations', { params: { header: { 'Idempotency-Key': key } }, body })));
    if (made.link) setLink(made.link);
    else onClose();
  };
  return (
    <FormDialog title={t('invite.new')} submit={t('act.create')} onSubmit={submit} onClose={() => link === '' && onClose()}>
      <TextField label={t('user.email')} value={email} onChange={setEmail} type="email" autoFocus required />
      <TextField label={t('user.name')} value={name} onChange={setName} required />
      <Picker label={t('user.group')} kind="user-groups" value={group} onChange={setGroup} find={findUserGroups} />
    </FormDialog>
  );
}
