// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api, take, type Schemas } from '../api/client';
import { findDeviceGroups, findStrategies, findUsers } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Online, Page, When, type Tone } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { DataTable, type ColumnOf } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { Picker, type Found } from '../parts/Picker';
import { ExportLink, ImportButton } from '../parts/TableIO';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Device = Schemas['Device'];
type Action = Schemas['DeviceBulk']['action'];

const kTones: Readonly<Record<Device['state'], Tone>> = { active: 'good', pending: 'warn', disabled: 'plain', banned: 'bad' };
const kStates: readonly Device['state'][] = ['pending', 'active', 'disabled', 'banned'];

export function DeviceState({ state }: { state: Device['state'] }) {
  const { named } = useWords();
  return <Badge tone={kTones[state]}>{named('device_state', state)}</Badge>;
}

export const deviceLabel = (device: Pick<Device, 'id' | 'name'>): string =>
  device.name ? `${device.id} · ${device.name}` : device.id;

export function Devices() {
  const { t, named } = useWords();
  const { me } = useSession();
  const changed = useChange('devices');
  const columns: readonly ColumnOf<Device>[] = [
    {
      id: 'id',
      name: t('device.id'),
      sort: 'id',
      narrow: true,
      cell: (d) => (
        <span className="row">
          <Online on={d.online} /> <span className="mono">{d.id}</span>
        </span>
      ),
    },
    { id: 'name', name: t('device.name'), sort: 'name', narrow: true, cell: (d) => d.name || d.reported.hostname },
    { id: 'os', name: t('device.os'), cell: (d) => d.reported.os.split(' / ')[1] ?? d.reported.os },
    { id: 'user', name: t('device.username'), cell: (d) => d.username },
    { id: 'owner', name: t('device.owner'), sort: 'owner', cell: (d) => d.owner?.name ?? '' },
    { id: 'group', name: t('device.group'), sort: 'group', cell: (d) => d.group?.name ?? '' },
    { id: 'strategy', name: t('device.strategy'), cell: (d) => d.effective_strategy.strategy?.name ?? '' },
    {
      id: 'state',
      name: t('device.state'),
      narrow: true,
      cell: (d) => (
        <span className="row">
          <DeviceState state={d.state} />
          {d.conflict && <Badge tone="bad">{named('conflict', d.conflict)}</Badge>}
          {d.orphan && <Badge tone="warn">{t('device.orphan')}</Badge>}
        </span>
      ),
    },
    { id: 'seen', name: t('device.last_online'), sort: 'last_online', cell: (d) => <When at={d.last_online} /> },
    { id: 'version', name: t('device.version'), cell: (d) => d.reported.version },
  ];
  return (
    <Page title={t('nav.devices')}>
      <DataTable
        kind="devices"
        label={t('nav.devices')}
        columns={columns}
        keyOf={(d) => d.guid}
        href={(d) => `/devices/${d.guid}`}
        path="/devices"
        searchAs="search"
        refetchEvery={15_000}
        empty={t('device.none')}
        filters={[
          { id: 'state', name: t('device.state'), choices: kStates.map((id) => ({ id, name: named('device_state', id) })) },
          {
            id: 'online',
            name: t('device.presence'),
            choices: [
              { id: 'true', name: t('device.online') },
              { id: 'false', name: t('device.offline') },
            ],
          },
          {
            id: 'unassigned',
            name: t('device.assignment'),
            choices: [
              { id: 'true', name: t('device.unassigned') },
              { id: 'false', name: t('device.assigned') },
            ],
          },
        ]}
        bulk={(rows, done) => <DeviceBulkBar rows={rows} done={done} />}
        extra={
          <>
            <ExportLink path="devices" />
            {me.is_admin && (
              <ImportButton
                columns="id, name, username, owner, group, strategy, note"
                send={({ text, dry_run }) => changed(take(api.POST('/devices/import', { body: { text, dry_run } })))}
              />
            )}
          </>
        }
      />
    </Page>
  );
}

function DeviceBulkBar({ rows, done }: { rows: readonly Device[]; done: () => void }) {
  const words = useWords();
  const { t } = words;
  const { may } = useSession();
  const { tell, fail } = useTeller();
  const change = useChange('devices', 'overview');
  const [asked, setAsked] = useState<Action | null>(null);
  const devices = rows.map((row) => row.guid);
  const act = async (action: Action, set?: Schemas['DeviceChange']) => {
    const body = set ? { action, devices, set } : { action, devices };
    tell(bulkSentence(await change(take(api.POST('/devices/bulk', { body }))), words));
    done();
  };
  const now = (action: Action) => () => void act(action).catch(fail);
  const close = () => setAsked(null);
  return (
    <>
      {may('devices:approve') && <Button onPress={now('approve')}>{t('device.approve')}</Button>}
      {may('devices:enable') && <Button onPress={now('enable')}>{t('act.enable')}</Button>}
      {may('devices:enable') && <Button onPress={() => setAsked('disable')}>{t('act.disable')}</Button>}
      {may('devices:edit') && <Button onPress={() => setAsked('set')}>{t('device.assign')}</Button>}
      {may('devices:delete') && (
        <Button look="danger" onPress={() => setAsked('delete')}>
          {t('act.delete')}
        </Button>
      )}
      {asked === 'set' && <AssignDialog count={rows.length} onClose={close} onAssign={(set) => act('set', set)} />}
      {(asked === 'delete' || asked === 'disable') && (
        <Confirm
          title={t(asked === 'delete' ? 'device.delete_title' : 'device.disable_title', { n: rows.length })}
          consequence={t(asked === 'delete' ? 'device.delete_means' : 'device.disable_means')}
          hits={rows.map(deviceLabel)}
          act={t(asked === 'delete' ? 'act.delete' : 'act.disable')}
          onConfirm={() => act(asked)}
          onClose={close}
        />
      )}
    </>
  );
}

interface AssignProps {
  count: number;
  onClose: () => void;
  onAssign: (set: Schemas['DeviceChange']) => Promise<void>;
}

function AssignDialog({ count, onClose, onAssign }: AssignProps) {
  const { t } = useWords();
  const [owner, setOwner] = useState<Found | null>(null);
  const [group, setGroup] = useState<Found | null>(null);
  const [strategy, setStrategy] = useState<Found | null>(null);
  const submit = () =>
    onAssign({
      ...(owner ? { owner_guid: owner.guid } : {}),
      ...(group ? { group_guid: group.guid } : {}),
      ...(strategy ? { strategy_guid: strategy.guid } : {}),
    });
  return (
    <FormDialog title={t('device.assign_title', { n: count })} submit={t('act.save')} onSubmit={submit} onClose={onClose}>
      <p className="soft">{t('device.assign_help')}</p>
      <Picker label={t('device.owner')} kind="users" value={owner} onChange={setOwner} find={findUsers} />
      <Picker label={t('device.group')} kind="device-groups" value={group} onChange={setGroup} find={findDeviceGroups} />
      <Picker label={t('device.strategy')} kind="strategies" value={strategy} onChange={setStrategy} find={findStrategies} />
    </FormDialog>
  );
}
