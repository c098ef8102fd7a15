// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { findDevices, findStrategies, findUsers } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Page, When } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { Check, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type UserGroup = Schemas['UserGroup'];
type DeviceGroup = Schemas['DeviceGroup'];
type Asked = 'new' | 'edit' | 'delete' | 'add' | null;

export function Groups() {
  const { t } = useWords();
  const { may } = useSession();
  return (
    <Page title={t('nav.groups')}>
      <TabsOf
        label={t('nav.groups')}
        tabs={[
          ...(may('user-groups:view') ? [{ id: 'users', name: t('group.users'), content: () => <UserGroups /> }] : []),
          ...(may('device-groups:view') ? [{ id: 'devices', name: t('group.devices'), content: () => <DeviceGroups /> }] : []),
        ]}
      />
    </Page>
  );
}

function UserGroups() {
  const words = useWords();
  const { t } = words;
  const { may } = useSession();
  const { tell } = useTeller();
  const change = useChange('user-groups', 'users');
  const [asked, setAsked] = useState<Asked>(null);
  const [row, setRow] = useState<UserGroup | null>(null);
  const open = (what: Asked, which: UserGroup | null) => {
    setRow(which);
    setAsked(what);
  };
  const close = () => setAsked(null);
  return (
    <>
      <DataTable
        kind="user-groups"
        label={t('group.users')}
        searchAs="name"
        columns={[
          { id: 'name', name: t('group.name'), sort: 'name', narrow: true, cell: (g) => g.name },
          { id: 'members', name: t('group.members'), narrow: true, cell: (g) => g.members },
          {
            id: 'reach',
            name: t('group.mutual'),
            cell: (g) => <Badge tone={g.members_reach_each_other ? 'good' : 'plain'}>{g.members_reach_each_other ? t('yes') : t('no')}</Badge>,
          },
          { id: 'note', name: t('note'), cell: (g) => g.note },
          { id: 'created', name: t('user.created_at'), cell: (g) => <When at={g.created} /> },
        ]}
        keyOf={(g) => g.guid}
        path="/user-groups"
        bulk={(rows) => {
          const first = rows[0];
          if (!first || rows.length !== 1 || !may('user-groups:edit')) return null;
          return (
            <>
              <Button onPress={() => open('add', first)}>{t('group.add_users')}</Button>
              <Button onPress={() => open('edit', first)}>{t('act.edit')}</Button>
              {!first.built_in && (
                <Button look="danger" onPress={() => open('delete', first)}>
                  {t('act.delete')}
                </Button>
              )}
            </>
          );
        }}
        extra={
          may('user-groups:edit') && (
            <Button look="primary" onPress={() => open('new', null)}>
              {t('group.new')}
            </Button>
          )
        }
      />
      {(asked === 'new' || asked === 'edit') && <UserGroupForm group={asked === 'edit' ? row : null} onClose={close} />}
      {asked === 'add' && row && (
        <AddMember
          title={t('group.add_users_to', { name: row.name })}
          label={t('user.name')}
          kind="users"
          find={findUsers}
          onClose={close}
          onAdd={async (guid, extra) =>
            tell(
              bulkSentence(
                await change(
                  take(api.POST('/user-groups/{group}/add', { params: { path: { group: row.guid } }, body: { users: [guid], extra } })),
                ),
                words,
              ),
            )
          }
        />
      )}
      {asked === 'delete' && row && (
        <Confirm
          title={t('group.delete_title', { name: row.name })}
          consequence={t('group.delete_users_means', { n: row.members })}
          planned={() => ({ method: 'DELETE', path: `/user-groups/${row.guid}` })}
          hits={[row.name]}
          act={t('act.delete')}
          onConfirm={() => change(take(api.DELETE('/user-groups/{group}', { params: { path: { group: row.guid } } })), t('act.done'))}
          onClose={close}
        />
      )}
    </>
  );
}

function UserGroupForm({ group, onClose }: { group: UserGroup | null; onClose: () => void }) {
  const { t } = useWords();
  const change = useChange('user-groups');
  const key = useMemo(newKey, []);
  const [name, setName] = useState(group?.name ?? '');
  const [note, setNote] = useState(group?.note ?? '');
  const [reach, setReach] = useState(group?.members_reach_each_other ?? true);
  const body = { ...(group?.built_in ? {} : { name }), note, members_reach_each_other: reach };
  const submit = (): Promise<unknown> =>
    group
      ? change(take(api.PATCH('/user-groups/{group}', { params: { path: { group: group.guid } }, body })), t('act.saved'))
      : change(
          take(api.POST('/user-groups', { params: { header: { 'Idempotency-Key': key } }, body: { ...body, name } })),
          t('act.saved'),
        );
  const planned = group ? () => ({ method: 'PATCH' as const, path: `/user-groups/${group.guid}`, body }) : undefined;
  return (
    <FormDialog title={group ? group.name : t('group.new')} submit={t('act.save')} onSubmit={submit} planned={planned} onClose={onClose}>
      <TextField label={t('group.name')} value={name} onChange={setName} readOnly={group?.built_in ?? false} required />
      <TextField label={t('note')} value={note} onChange={setNote} long />
      <Check label={t('group.mutual')} help={t('group.mutual_help')} value={reach} onChange={setReach} />
    </FormDialog>
  );
}

interface AddProps {
  title: string;
  label: string;
  kind: string;
  find: (text: string) => Promise<readonly Found[]>;
  onAdd: (guid: string, extra: boolean) => Promise<void>;
  onClose: () => void;
}

function AddMember({ title, label, kind, find, onAdd, onClose }: AddProps) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<Found | null>(null);
  const [extra, setExtra] = useState(false);
  const submit = async () => {
    if (!chosen) throw new Error(t('pick.missing'));
    await onAdd(chosen.guid, extra);
  };
  return (
    <FormDialog title={title} submit={t('act.add')} onSubmit={submit} onClose={onClose}>
      <Picker label={label} kind={kind} value={chosen} onChange={setChosen} find={find} />
      <Check label={t('group.extra')} help={t('group.extra_help')} value={extra} onChange={setExtra} />
    </FormDialog>
  );
}

function DeviceGroups() {
  const words = useWords();
  const { t } = words;
  const { may } = useSession();
  const { tell } = useTeller();
  const change = useChange('device-groups', 'devices');
  const [asked, setAsked] = useState<Asked>(null);
  const [row, setRow] = useState<DeviceGroup | null>(null);
  const open = (what: Asked, which: DeviceGroup | null) => {
    setRow(which);
    setAsked(what);
  };
  const close = () => setAsked(null);
  return (
    <>
      <DataTable
        kind="device-groups"
        label={t('group.devices')}
        searchAs="name"
        columns={[
          { id: 'name', name: t('group.name'), sort: 'name', narrow: true, cell: (g) => g.name },
          { id: 'devices', name: t('nav.devices'), narrow: true, cell: (g) => g.devices },
          { id: 'strategy', name: t('device.strategy'), cell: (g) => g.strategy?.name ?? '' },
          { id: 'note', name: t('note'), cell: (g) => g.note },
          { id: 'created', name: t('user.created_at'), cell: (g) => <When at={g.created} /> },
        ]}
        keyOf={(g) => g.guid}
        path="/device-groups"
        bulk={(rows) => {
          const first = rows[0];
          if (!first || rows.length !== 1 || !may('device-groups:edit')) return null;
          return (
            <>
              <Button onPress={() => open('add', first)}>{t('group.add_devices')}</Button>
              <Button onPress={() => open('edit', first)}>{t('act.edit')}</Button>
              <Button look="danger" onPress={() => open('delete', first)}>
                {t('act.delete')}
              </Button>
            </>
          );
        }}
        extra={
          may('device-groups:edit') && (
            <Button look="primary" onPress={() => open('new', null)}>
              {t('group.new')}
            </Button>
          )
        }
      />
      {(asked === 'new' || asked === 'edit') && <DeviceGroupForm group={asked === 'edit' ? row : null} onClose={close} />}
      {asked === 'add' && row && (
        <AddMember
          title={t('group.add_devices_to', { name: row.name })}
          label={t('nav.devices')}
          kind="devices"
          find={findDevices}
          onClose={close}
          onAdd={async (guid, extra) =>
            tell(
              bulkSentence(
                await change(
                  take(api.POST('/device-groups/{group}/add', { params: { path: { group: row.guid } }, body: { devices: [guid], extra } })),
                ),
                words,
              ),
            )
          }
        />
      )}
      {asked === 'delete' && row && (
        <Confirm
          title={t('group.delete_title', { name: row.name })}
          consequence={t('group.delete_devices_means', { n: row.devices })}
          planned={() => ({ method: 'DELETE', path: `/device-groups/${row.guid}` })}
          hits={[row.name]}
          act={t('act.delete')}
          onConfirm={() => change(take(api.DELETE('/device-groups/{group}', { params: { path: { group: row.guid } } })), t('act.done'))}
          onClose={close}
        />
      )}
    </>
  );
}

function DeviceGroupForm({ group, onClose }: { group: DeviceGroup | null; onClose: () => void }) {
  const { t } = useWords();
  const { may } = useSession();
  const change = useChange('device-groups');
  const key = useMemo(newKey, []);
  const [name, setName] = useState(group?.name ?? '');
  const [note, setNote] = useState(group?.note ?? '');
  const [strategy, setStrategy] = useState<Found | null>(group?.strategy ?? null);
  const body = { name, note, ...(strategy?.guid !== group?.strategy?.guid ? { strategy_guid: strategy?.guid ?? null } : {}) };
  const submit = (): Promise<unknown> =>
    group
      ? change(take(api.PATCH('/device-groups/{group}', { params: { path: { group: group.guid } }, body })), t('act.saved'))
      : change(take(api.POST('/device-groups', { params: { header: { 'Idempotency-Key': key } }, body })), t('act.saved'));
  return (
    <FormDialog title={group ? group.name : t('group.new')} submit={t('act.save')} onSubmit={submit} onClose={onClose}>
      <TextField label={t('group.name')} value={name} onChange={setName} required />
      <TextField label={t('note')} value={note} onChange={setNote} long />
      {may('strategies:view') && (
        <Picker label={t('device.strategy')} kind="strategies" value={strategy} onChange={setStrategy} find={findStrategies} />
      )}
    </FormDialog>
  );
}
