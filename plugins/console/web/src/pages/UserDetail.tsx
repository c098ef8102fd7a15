// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { api, take, takeTagged, type Schemas } from '../api/client';
import { findControlRoles, findStrategies, findUserGroups } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Card, Facts, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { SessionList } from '../parts/SessionList';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';
import { UserStatus } from './Users';

type User = Schemas['User'];
type Asked = 'edit' | 'password' | 'disable' | 'delete' | 'reset' | null;

export function UserDetail() {
  const { t } = useWords();
  const { guid = '' } = useParams();
  const { may } = useSession();
  const { fail } = useTeller();
  const [, go] = useLocation();
  const change = useChange('user', 'users', 'user-sessions');
  const [asked, setAsked] = useState<Asked>(null);
  const user = useQuery({
    queryKey: ['user', guid],
    queryFn: () => takeTagged(api.GET('/users/{user}', { params: { path: { user: guid } } })),
  });
  if (!user.data) {
    return (
      <Page title={t('nav.users')} back={{ href: '/users', name: t('nav.users') }}>
        <ErrorNote error={user.error} />
      </Page>
    );
  }
  const { value: u, etag } = user.data;
  const path = { user: guid };
  const enable = (enabled: boolean) =>
    change(take(api.PATCH('/users/{user}', { params: { path, header: { 'If-Match': etag } }, body: { enabled } })), t('act.done'));
  const remove = async () => {
    await change(take(api.DELETE('/users/{user}', { params: { path } })), t('act.done'));
    go('/users');
  };
  const close = () => setAsked(null);
  return (
    <Page
      title={u.display_name ? `${u.display_name} (${u.name})` : u.name}
      back={{ href: '/users', name: t('nav.users') }}
      actions={
        <>
          {may('users:edit_note') && <Button onPress={() => setAsked('edit')}>{t('act.edit')}</Button>}
          {may('users:edit_password') && u.source === 'local' && (
            <Button onPress={() => setAsked('password')}>{t('user.set_password')}</Button>
          )}
          {may('users:manage_2fa') && u.second_factor !== 'off' && (
            <Button onPress={() => setAsked('reset')}>{t('user.reset_factors')}</Button>
          )}
          {may('users:enable') && u.status === 'normal' && (
            <Button onPress={() => setAsked('disable')}>{t('act.disable')}</Button>
          )}
          {may('users:enable') && u.status === 'disabled' && (
            <Button onPress={() => void enable(true).catch(fail)}>{t('act.enable')}</Button>
          )}
          {may('users:delete') && u.status === 'disabled' && (
            <Button look="danger" onPress={() => setAsked('delete')}>
              {t('act.delete')}
            </Button>
          )}
        </>
      }
    >
      <div className="row">
        <UserStatus status={u.status} />
        {u.is_admin && <Badge tone="accent">{t('user.admin')}</Badge>}
        {!u.may_initiate && <Badge tone="warn">{t('user.may_not_initiate')}</Badge>}
      </div>
      <TabsOf
        label={u.name}
        tabs={[
          { id: 'about', name: t('user.about'), content: () => <About user={u} /> },
          { id: 'devices', name: t('nav.devices'), content: () => <Owned guid={guid} /> },
          { id: 'reach', name: t('user.reach'), content: () => <Reach guid={guid} /> },
          {
            id: 'sessions',
            name: t('user.sessions'),
            content: () => (
              <SessionList
                kind="user-sessions"
                path="/users/{user}/sessions"
        at={path}
                end={(session) => take(api.DELETE('/sessions/{session}', { params: { path: { session } } }))}
                endAll={() => take(api.DELETE('/users/{user}/sessions', { params: { path } }))}
              />
            ),
          },
        ]}
      />
      {asked === 'edit' && <EditUser user={u} etag={etag} onClose={close} />}
      {asked === 'password' && <SetPassword user={u} onClose={close} />}
      {(asked === 'disable' || asked === 'delete' || asked === 'reset') && (
        <Confirm
          title={t(`user.${asked}_title`, { n: 1 })}
          consequence={t(`user.${asked}_means`)}
          hits={[u.name]}
          act={t(asked === 'reset' ? 'user.reset_factors' : `act.${asked}`)}
          onConfirm={() =>
            asked === 'disable'
              ? enable(false)
              : asked === 'delete'
                ? remove()
                : change(take(api.POST('/users/{user}/factors/reset', { params: { path } })), t('act.done'))
          }
          onClose={close}
        />
      )}
    </Page>
  );
}

function About({ user: u }: { user: User }) {
  const { t, named, date } = useWords();
  return (
    <div className="grid">
      <Card title={t('user.account')}>
        <Facts
          rows={[
            [t('user.name'), u.name],
            [t('user.email'), u.email ?? ''],
            [t('user.source'), named('source', u.source)],
            [t('user.factor'), named('factor', u.second_factor) + (u.factor_enforced ? ` · ${t('user.enforced')}` : '')],
            [t('user.created_at'), date(u.created)],
            [t('user.last_login'), <When key="when" at={u.last_login} />],
            [t('note'), u.note],
          ]}
        />
      </Card>
      <Card title={t('user.rights')}>
        <Facts
          rows={[
            [t('user.group'), u.group.name],
            [t('user.extra_groups'), u.extra_groups.map((g) => g.name).join(', ')],
            [t('user.control_role'), u.control_role?.name ?? ''],
            [t('user.admin_roles'), u.admin_roles.map((r) => r.name).join(', ')],
            [t('device.strategy'), u.strategy?.name ?? ''],
            [t('user.may_initiate'), u.may_initiate ? t('yes') : t('no')],
          ]}
        />
      </Card>
    </div>
  );
}

function Owned({ guid }: { guid: string }) {
  const { t } = useWords();
  return (
    <DataTable
      kind="user-devices"
      label={t('nav.devices')}
      columns={[
        { id: 'id', name: t('device.id'), narrow: true, cell: (d) => d.id },
        { id: 'name', name: t('device.name'), narrow: true, cell: (d) => d.name },
        { id: 'seen', name: t('device.last_online'), cell: (d) => <When at={d.last_online} /> },
      ]}
      keyOf={(d) => d.guid}
      href={(d) => `/devices/${d.guid}`}
      path="/devices"
      fixed={{ owner: guid }}
    />
  );
}

function Reach({ guid }: { guid: string }) {
  const { t } = useWords();
  return (
    <DataTable
      kind="user-reach"
      label={t('user.reach')}
      columns={[
        { id: 'id', name: t('device.id'), narrow: true, cell: (row) => row.device.id },
        { id: 'name', name: t('device.name'), cell: (row) => row.device.name },
        { id: 'why', name: t('access.ground'), narrow: true, cell: (row) => row.explanation },
      ]}
      keyOf={(row) => row.device.guid}
      href={(row) => `/devices/${row.device.guid}`}
      path="/users/{user}/reach"
      at={{ user: guid }}
    />
  );
}

function SetPassword({ user, onClose }: { user: User; onClose: () => void }) {
  const { t } = useWords();
  const change = useChange('user');
  const [password, setPassword] = useState('');
  const submit = () =>
    change(
      take(api.POST('/users/{user}/password', { params: { path: { user: user.guid } }, body: { password } })),
      t('user.password_set'),
    );
  return (
    <FormDialog title={t('user.set_password')} submit={t('act.save')} onSubmit={submit} onClose={onClose}>
      <p>{t('user.password_means', { name: user.name })}</p>
      <TextField
        label={t('account.new_password')}
        help={t('account.password_help')}
        value={password}
        onChange={setPassword}
        type="password"
        autoComplete="new-password"
        required
      />
    </FormDialog>
  );
}

function EditUser({ user: u, etag, onClose }: { user: User; etag: string; onClose: () => void }) {
  const { t } = useWords();
  const { me, may } = useSession();
  const change = useChange('user', 'users');
  const [display, setDisplay] = useState(u.display_name);
  const [email, setEmail] = useState(u.email ?? '');
  const [note, setNote] = useState(u.note);
  const [group, setGroup] = useState<Found | null>(u.group);
  const [role, setRole] = useState<Found | null>(u.control_role);
  const [strategy, setStrategy] = useState<Found | null>(u.strategy);
  const [isAdmin, setAdmin] = useState(u.is_admin);
  const [initiate, setInitiate] = useState(u.may_initiate);
  const [enforced, setEnforced] = useState(u.factor_enforced);
  const submit = () =>
    change(
      take(
        api.PATCH('/users/{user}', {
          params: { path: { user: u.guid }, header: { 'If-Match': etag } },
          body: {
            ...(display !== u.display_name ? { display_name: display } : {}),
            ...(email !== (u.email ?? '') ? { email: email || null } : {}),
            ...(note !== u.note ? { note } : {}),
            ...(group && group.guid !== u.group.guid ? { group_guid: group.guid } : {}),
            ...(role?.guid !== u.control_role?.guid ? { control_role_guid: role?.guid ?? null } : {}),
            ...(strategy?.guid !== u.strategy?.guid ? { strategy_guid: strategy?.guid ?? null } : {}),
            ...(isAdmin !== u.is_admin ? { is_admin: isAdmin } : {}),
            ...(initiate !== u.may_initiate ? { may_initiate: initiate } : {}),
            ...(enforced !== u.factor_enforced ? { factor_enforced: enforced } : {}),
          },
        }),
      ),
      t('act.saved'),
    );
  return (
    <FormDialog title={t('user.edit_title', { name: u.name })} submit={t('act.save')} onSubmit={submit} onClose={onClose} wide>
      <TextField label={t('user.display_name')} value={display} onChange={setDisplay} />
      <TextField label={t('user.email')} value={email} onChange={setEmail} type="email" />
      <TextField label={t('note')} value={note} onChange={setNote} long />
      <Picker label={t('user.group')} kind="user-groups" value={group} onChange={setGroup} find={findUserGroups} />
      {may('control-roles:view') && (
        <Picker label={t('user.control_role')} kind="control-roles" value={role} onChange={setRole} find={findControlRoles} />
      )}
      {may('strategies:view') && (
        <Picker label={t('device.strategy')} kind="strategies" value={strategy} onChange={setStrategy} find={findStrategies} />
      )}
      <Check label={t('user.may_initiate')} value={initiate} onChange={setInitiate} />
      <Check label={t('user.enforce')} value={enforced} onChange={setEnforced} />
      {me.is_admin && <Check label={t('user.admin')} help={t('user.admin_help')} value={isAdmin} onChange={setAdmin} />}
    </FormDialog>
  );
}
