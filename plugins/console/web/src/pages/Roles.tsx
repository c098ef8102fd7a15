// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { findDeviceGroups, findUserGroups, findUsers } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Page } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { Check, Select, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type ControlRole = Schemas['ControlRole'];
type AdminRole = Schemas['AdminRole'];
type Asked = 'new' | 'edit' | 'delete' | 'users' | null;

export function Roles() {
  const { t } = useWords();
  const { me, may } = useSession();
  return (
    <Page title={t('nav.roles')}>
      <TabsOf
        label={t('nav.roles')}
        tabs={[
          ...(may('control-roles:view') ? [{ id: 'control', name: t('role.control'), content: () => <ControlRoles /> }] : []),
          ...(me.is_admin ? [{ id: 'admin', name: t('role.admin'), content: () => <AdminRoles /> }] : []),
        ]}
      />
    </Page>
  );
}

function ControlRoles() {
  const words = useWords();
  const { t } = words;
  const { may } = useSession();
  const { tell } = useTeller();
  const change = useChange('control-roles');
  const [asked, setAsked] = useState<Asked>(null);
  const [row, setRow] = useState<ControlRole | null>(null);
  const open = (what: Asked, which: ControlRole | null) => {
    setRow(which);
    setAsked(what);
  };
  const close = () => setAsked(null);
  return (
    <>
      <p className="soft">{t('role.control_help')}</p>
      <DataTable
        kind="control-roles"
        label={t('role.control')}
        columns={[
          { id: 'name', name: t('role.name'), narrow: true, cell: (r) => r.name },
          {
            id: 'enabled',
            name: t('user.status'),
            narrow: true,
            cell: (r) => <Badge tone={r.enabled ? 'good' : 'plain'}>{r.enabled ? t('enabled') : t('disabled')}</Badge>,
          },
          { id: 'set', name: t('role.set'), cell: (r) => Object.keys(r.permissions).length },
          { id: 'users', name: t('nav.users'), cell: (r) => r.users },
          { id: 'note', name: t('note'), cell: (r) => r.note },
        ]}
        keyOf={(r) => r.guid}
        path="/control-roles"
        bulk={(rows) => {
          const first = rows[0];
          if (!first || rows.length !== 1 || !may('control-roles:edit')) return null;
          return (
            <>
              <Button onPress={() => open('edit', first)}>{t('act.edit')}</Button>
              <Button onPress={() => open('users', first)}>{t('role.assign')}</Button>
              {!first.built_in && (
                <Button look="danger" onPress={() => open('delete', first)}>
                  {t('act.delete')}
                </Button>
              )}
            </>
          );
        }}
        extra={
          may('control-roles:edit') && (
            <Button look="primary" onPress={() => open('new', null)}>
              {t('role.new')}
            </Button>
          )
        }
      />
      {(asked === 'new' || asked === 'edit') && <ControlRoleForm role={asked === 'edit' ? row : null} onClose={close} />}
      {asked === 'users' && row && (
        <AssignUser
          name={row.name}
          onClose={close}
          onAssign={async (guid) =>
            tell(
              bulkSentence(
                await change(
                  take(api.POST('/control-roles/{role}/assign', { params: { path: { role: row.guid } }, body: { users: [guid] } })),
                ),
                words,
              ),
            )
          }
        />
      )}
      {asked === 'delete' && row && (
        <Confirm
          title={t('role.delete_title', { name: row.name })}
          consequence={t('role.delete_means', { n: row.users })}
          hits={[row.name]}
          act={t('act.delete')}
          onConfirm={() => change(take(api.DELETE('/control-roles/{role}', { params: { path: { role: row.guid } } })), t('act.done'))}
          onClose={close}
        />
      )}
    </>
  );
}

const kPermissions = [
  'keyboard', 'remote_printer', 'clipboard', 'file', 'audio', 'camera', 'terminal', 'tunnel', 'restart', 'recording',
  'block_input', 'remote_modify', 'privacy_mode',
] as const;
type Permissions = ControlRole['permissions'];

function ControlRoleForm({ role, onClose }: { role: ControlRole | null; onClose: () => void }) {
  const { t, named } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('control-roles');
  const [name, setName] = useState(role?.name ?? '');
  const [note, setNote] = useState(role?.note ?? '');
  const [enabled, setEnabled] = useState(role?.enabled ?? true);
  const [permissions, setPermissions] = useState<Permissions>(role?.permissions ?? {});
  const set = (which: (typeof kPermissions)[number], value: string) =>
    setPermissions((old) => {
      const next = { ...old };
      if (value === 'enable' || value === 'disable') next[which] = value;
      else delete next[which];
      return next;
    });
  const body = { ...(role?.built_in ? {} : { name }), note, enabled, permissions };
  const submit = () =>
    change(
      role
        ? take(api.PATCH('/control-roles/{role}', { params: { path: { role: role.guid } }, body }))
        : take(api.POST('/control-roles', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, name } })),
      t('act.saved'),
    );
  return (
    <FormDialog title={role ? role.name : t('role.new')} submit={t('act.save')} onSubmit={submit} onClose={onClose} wide>
      <TextField label={t('role.name')} value={name} onChange={setName} readOnly={role?.built_in ?? false} required />
      <TextField label={t('note')} value={note} onChange={setNote} />
      <Check label={t('enabled')} value={enabled} onChange={setEnabled} />
      <div className="grid">
        {kPermissions.map((which) => (
          <Select
            key={which}
            label={named('permission', which)}
            value={permissions[which] ?? ''}
            onChange={(value) => set(which, value)}
            choices={[
              { id: '', name: t('role.as_device') },
              { id: 'enable', name: t('act.enable') },
              { id: 'disable', name: t('act.disable') },
            ]}
          />
        ))}
      </div>
    </FormDialog>
  );
}

interface AssignProps {
  name: string;
  onAssign: (guid: string) => Promise<void>;
  onClose: () => void;
}

function AssignUser({ name, onAssign, onClose }: AssignProps) {
  const { t } = useWords();
  const [user, setUser] = useState<Found | null>(null);
  const submit = async () => {
    if (!user) throw new Error(t('pick.missing'));
    await onAssign(user.guid);
  };
  return (
    <FormDialog title={t('role.assign_to', { name })} submit={t('act.add')} onSubmit={submit} onClose={onClose}>
      <Picker label={t('user.name')} kind="users" value={user} onChange={setUser} find={findUsers} />
    </FormDialog>
  );
}

function AdminRoles() {
  const words = useWords();
  const { t, named } = words;
  const { tell } = useTeller();
  const change = useChange('admin-roles');
  const [asked, setAsked] = useState<Asked>(null);
  const [row, setRow] = useState<AdminRole | null>(null);
  const open = (what: Asked, which: AdminRole | null) => {
    setRow(which);
    setAsked(what);
  };
  const close = () => setAsked(null);
  return (
    <>
      <p className="soft">{t('role.admin_help')}</p>
      <DataTable
        kind="admin-roles"
        label={t('role.admin')}
        columns={[
          { id: 'name', name: t('role.name'), narrow: true, cell: (r) => r.name },
          { id: 'type', name: t('role.type'), narrow: true, cell: (r) => named('role_type', r.type) },
          {
            id: 'scope',
            name: t('role.scope'),
            cell: (r) =>
              [...r.user_groups.map((g) => g.name), ...r.device_groups.map((g) => g.name), ...(r.unassigned ? [t('device.unassigned')] : [])].join(', '),
          },
          { id: 'permissions', name: t('role.permissions'), cell: (r) => r.permissions.length },
          { id: 'users', name: t('nav.users'), cell: (r) => r.users },
          { id: 'note', name: t('note'), cell: (r) => r.note },
        ]}
        keyOf={(r) => r.guid}
        path="/admin-roles"
        bulk={(rows) => {
          const first = rows[0];
          if (!first || rows.length !== 1) return null;
          return (
            <>
              <Button onPress={() => open('edit', first)}>{t('act.edit')}</Button>
              <Button onPress={() => open('users', first)}>{t('role.assign')}</Button>
              <Button look="danger" onPress={() => open('delete', first)}>
                {t('act.delete')}
              </Button>
            </>
          );
        }}
        extra={
          <Button look="primary" onPress={() => open('new', null)}>
            {t('role.new')}
          </Button>
        }
      />
      {(asked === 'new' || asked === 'edit') && <AdminRoleForm role={asked === 'edit' ? row : null} onClose={close} />}
      {asked === 'users' && row && (
        <AssignUser
          name={row.name}
          onClose={close}
          onAssign={async (guid) =>
            tell(
              bulkSentence(
                await change(
                  take(api.POST('/admin-roles/{role}/assign', { params: { path: { role: row.guid } }, body: { users: [guid] } })),
                ),
                words,
              ),
            )
          }
        />
      )}
      {asked === 'delete' && row && (
        <Confirm
          title={t('role.delete_title', { name: row.name })}
          consequence={t('role.delete_means', { n: row.users })}
          hits={[row.name]}
          act={t('act.delete')}
          onConfirm={() => change(take(api.DELETE('/admin-roles/{role}', { params: { path: { role: row.guid } } })), t('act.done'))}
          onClose={close}
        />
      )}
    </>
  );
}

type RoleType = AdminRole['type'];

function AdminRoleForm({ role, onClose }: { role: AdminRole | null; onClose: () => void }) {
  const { t, named } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('admin-roles');
  const kinds = useQuery({
    queryKey: ['permission-kinds'],
    queryFn: () => take(api.GET('/admin-roles/permissions', { params: { query: { limit: 1000 } } })),
    staleTime: Infinity,
  });
  const [name, setName] = useState(role?.name ?? '');
  const [note, setNote] = useState(role?.note ?? '');
  const [type, setType] = useState<RoleType>(role?.type ?? 'global');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(role?.permissions));
  const [userGroup, setUserGroup] = useState<Found | null>(role?.user_groups[0] ?? null);
  const [deviceGroup, setDeviceGroup] = useState<Found | null>(role?.device_groups[0] ?? null);
  const [unassigned, setUnassigned] = useState(role?.unassigned ?? false);
  const offered = (kinds.data?.items ?? []).filter((kind) => kind.types.includes(type));
  const toggle = (permission: string, on: boolean) =>
    setChosen((old) => {
      const next = new Set(old);
      if (on) next.add(permission);
      else next.delete(permission);
      return next;
    });
  const merged = (chosenNow: Found | null, before: readonly Found[]) => {
    const rest = before.slice(1).map((each) => each.guid);
    return chosenNow ? [chosenNow.guid, ...rest.filter((guid) => guid !== chosenNow.guid)] : rest;
  };
  const submit = () => {
    const body = {
      name,
      note,
      permissions: offered.map((kind) => kind.permission).filter((each) => chosen.has(each)),
      ...(type === 'group'
        ? {
            user_group_guids: merged(userGroup, role?.user_groups ?? []),
            device_group_guids: merged(deviceGroup, role?.device_groups ?? []),
            unassigned,
          }
        : {}),
    };
    return change(
      role
        ? take(api.PATCH('/admin-roles/{role}', { params: { path: { role: role.guid } }, body }))
        : take(api.POST('/admin-roles', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, type } })),
      t('act.saved'),
    );
  };
  return (
    <FormDialog title={role ? role.name : t('role.new')} submit={t('act.save')} onSubmit={submit} onClose={onClose} wide>
      <TextField label={t('role.name')} value={name} onChange={setName} required />
      <Select
        label={t('role.type')}
        value={type}
        disabled={role !== null}
        onChange={(value) => setType(value as RoleType)}
        choices={(['global', 'group', 'individual'] as const).map((id) => ({ id, name: named('role_type', id) }))}
      />
      {type === 'group' && (
        <>
          <Picker label={t('group.users')} kind="user-groups" value={userGroup} onChange={setUserGroup} find={findUserGroups} />
          <Picker label={t('group.devices')} kind="device-groups" value={deviceGroup} onChange={setDeviceGroup} find={findDeviceGroups} />
          <Check label={t('role.unassigned')} value={unassigned} onChange={setUnassigned} />
        </>
      )}
      <TextField label={t('note')} value={note} onChange={setNote} />
      <fieldset className="card">
        <legend>{t('role.permissions')}</legend>
        {offered.map((kind) => (
          <Check
            key={kind.permission}
            label={kind.help || kind.permission}
            value={chosen.has(kind.permission)}
            onChange={(on) => toggle(kind.permission, on)}
          />
        ))}
      </fieldset>
    </FormDialog>
  );
}
