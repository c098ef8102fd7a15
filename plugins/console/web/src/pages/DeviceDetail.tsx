// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useParams } from 'wouter';
import { api, take, takeTagged, type Schemas } from '../api/client';
import { findDeviceGroups, findStrategies, findUsers } from '../api/find';
import { useSession } from '../api/session';
import { Badge, Card, Facts, Online, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';
import { deviceLabel, DeviceState } from './Devices';

type Device = Schemas['Device'];
type Asked = 'edit' | 'delete' | 'ban' | 'disable' | null;

export function DeviceDetail() {
  const { t, named } = useWords();
  const { guid = '' } = useParams();
  const { may } = useSession();
  const { fail } = useTeller();
  const [, go] = useLocation();
  const change = useChange('device', 'devices', 'overview');
  const [asked, setAsked] = useState<Asked>(null);
  const device = useQuery({
    queryKey: ['device', guid],
    queryFn: () => takeTagged(api.GET('/devices/{device}', { params: { path: { device: guid } } })),
    refetchInterval: 15_000,
  });
  if (!device.data) {
    return (
      <Page title={t('nav.devices')} back={{ href: '/devices', name: t('nav.devices') }}>
        <ErrorNote error={device.error} />
      </Page>
    );
  }
  const { value: d, etag } = device.data;
  const act = (action: Schemas['DeviceBulk']['action']) =>
    change(
      take(api.POST('/devices/bulk', { body: { action, devices: [guid] } })).then((answer) => {
        const failed = answer.failed[0];
        if (failed) throw new Error(failed.detail);
      }),
      t('act.done'),
    );
  const now = (action: Schemas['DeviceBulk']['action']) => () => void act(action).catch(fail);
  const close = () => setAsked(null);
  return (
    <Page
      title={deviceLabel(d)}
      back={{ href: '/devices', name: t('nav.devices') }}
      actions={
        <>
          <a className="button primary" href={`rustdesk://${encodeURIComponent(d.id)}`}>
            {t('device.connect')}
          </a>
          {may('devices:edit') && <Button onPress={() => setAsked('edit')}>{t('act.edit')}</Button>}
          {d.state === 'pending' && may('devices:approve') && <Button onPress={now('approve')}>{t('device.approve')}</Button>}
          {d.state === 'active' && may('devices:enable') && (
            <Button onPress={() => setAsked('disable')}>{t('act.disable')}</Button>
          )}
          {d.state === 'disabled' && may('devices:enable') && <Button onPress={now('enable')}>{t('act.enable')}</Button>}
          {d.state === 'banned' && may('devices:enable') && <Button onPress={now('unban')}>{t('device.unban')}</Button>}
          {d.state !== 'banned' && may('devices:enable') && <Button onPress={() => setAsked('ban')}>{t('device.ban')}</Button>}
          {d.state === 'disabled' && may('devices:delete') && (
            <Button look="danger" onPress={() => setAsked('delete')}>
              {t('act.delete')}
            </Button>
          )}
        </>
      }
    >
      <div className="row">
        <Online on={d.online} /> {d.online ? t('device.online') : t('device.offline')}
        <DeviceState state={d.state} />
        {d.conflict && <Badge tone="bad">{named('conflict', d.conflict)}</Badge>}
        {d.orphan && <Badge tone="warn">{t('device.orphan')}</Badge>}
        {d.online && !d.api_seen && <Badge tone="warn">{t('device.no_api')}</Badge>}
      </div>
      <TabsOf
        label={deviceLabel(d)}
        tabs={[
          { id: 'about', name: t('device.about'), content: () => <About device={d} /> },
          { id: 'reach', name: t('device.reach'), content: () => <WhoReaches guid={guid} /> },
          { id: 'history', name: t('device.history'), content: () => <History id={d.id} /> },
        ]}
      />
      {asked === 'edit' && <EditDevice device={d} etag={etag} onClose={close} />}
      {(asked === 'ban' || asked === 'disable' || asked === 'delete') && (
        <Confirm
          title={t(`device.${asked}_title`, { n: 1 })}
          consequence={t(`device.${asked}_means`)}
          hits={[deviceLabel(d)]}
          act={t(asked === 'ban' ? 'device.ban' : asked === 'disable' ? 'act.disable' : 'act.delete')}
          onConfirm={async () => {
            await act(asked);
            if (asked === 'delete') go('/devices');
          }}
          onClose={close}
        />
      )}
    </Page>
  );
}

function About({ device: d }: { device: Device }) {
  const { t, named, date } = useWords();
  const by = (who: string) => (who === 'nobody' ? '' : ` (${t('device.by', { who: named('by', who) })})`);
  return (
    <div className="grid">
      <Card title={t('device.assignment')}>
        <Facts
          rows={[
            [t('device.owner'), d.owner ? `${d.owner.name}${by(d.assigned_by.owner)}` : ''],
            [t('device.group'), d.group ? `${d.group.name}${by(d.assigned_by.group)}` : ''],
            [t('device.extra_groups'), d.extra_groups.map((g) => g.name).join(', ')],
            [t('device.strategy'), d.strategy?.name ?? ''],
            [
              t('device.effective'),
              d.effective_strategy.strategy
                ? `${d.effective_strategy.strategy.name} · ${named('level', d.effective_strategy.level)} · ${named('delivery', d.effective_strategy.delivery)}`
                : '',
            ],
            [t('device.incoming_only'), d.incoming_only ? t('yes') : t('no')],
            [t('note'), d.note],
            [t('device.wishes'), d.wishes],
          ]}
        />
      </Card>
      <Card title={t('device.reported')}>
        <Facts
          rows={[
            [t('device.hostname'), d.reported.hostname],
            [t('device.username'), d.reported.username],
            [t('device.os'), d.reported.os],
            [t('device.cpu'), d.reported.cpu],
            [t('device.memory'), d.reported.memory],
            [t('device.version'), d.reported.version],
            [t('address'), d.reported.address],
            [t('device.first_seen'), date(d.first_seen)],
            [t('device.last_online'), <When key="when" at={d.last_online} />],
          ]}
        />
      </Card>
    </div>
  );
}

function WhoReaches({ guid }: { guid: string }) {
  const { t } = useWords();
  return (
    <DataTable
      kind="device-reach"
      label={t('device.reach')}
      columns={[
        { id: 'user', name: t('user.name'), narrow: true, cell: (row) => row.user.name },
        { id: 'why', name: t('access.ground'), narrow: true, cell: (row) => row.explanation },
      ]}
      keyOf={(row) => row.user.guid}
      href={(row) => `/users/${row.user.guid}`}
      path="/devices/{device}/reach"
      at={{ device: guid }}
      empty={t('device.reach_none')}
    />
  );
}

function History({ id }: { id: string }) {
  const { t, named } = useWords();
  return (
    <DataTable
      kind="device-history"
      label={t('device.history')}
      columns={[
        { id: 'when', name: t('log.started'), narrow: true, cell: (row) => <When at={row.started} /> },
        { id: 'kind', name: t('log.kind'), cell: (row) => named('kind', row.kind) },
        { id: 'peer', name: t('log.peer'), narrow: true, cell: (row) => [row.peer_id, row.peer_name].filter(Boolean).join(' · ') },
        { id: 'user', name: t('user.name'), cell: (row) => row.user },
        { id: 'address', name: t('address'), cell: (row) => row.address },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/connections"
      fixed={{ device: id }}
    />
  );
}

function EditDevice({ device: d, etag, onClose }: { device: Device; etag: string; onClose: () => void }) {
  const { t } = useWords();
  const { may } = useSession();
  const change = useChange('device', 'devices');
  const [name, setName] = useState(d.name);
  const [note, setNote] = useState(d.note);
  const [owner, setOwner] = useState<Found | null>(d.owner);
  const [group, setGroup] = useState<Found | null>(d.group);
  const [strategy, setStrategy] = useState<Found | null>(d.strategy);
  const [incoming, setIncoming] = useState(d.incoming_only);
  const submit = () =>
    change(
      take(
        api.PATCH('/devices/{device}', {
          params: { path: { device: d.guid }, header: { 'If-Match': etag } },
          body: {
            ...(name !== d.name ? { name } : {}),
            ...(note !== d.note ? { note } : {}),
            ...(owner?.guid !== d.owner?.guid ? { owner_guid: owner?.guid ?? null } : {}),
            ...(group?.guid !== d.group?.guid ? { group_guid: group?.guid ?? null } : {}),
            ...(strategy?.guid !== d.strategy?.guid ? { strategy_guid: strategy?.guid ?? null } : {}),
            ...(incoming !== d.incoming_only ? { incoming_only: incoming } : {}),
          },
        }),
      ),
      t('act.saved'),
    );
  return (
    <FormDialog title={t('device.edit_title', { id: d.id })} submit={t('act.save')} onSubmit={submit} onClose={onClose}>
      <TextField label={t('device.name')} value={name} onChange={setName} />
      <TextField label={t('note')} value={note} onChange={setNote} long />
      <Picker label={t('device.owner')} kind="users" value={owner} onChange={setOwner} find={findUsers} />
      <Picker label={t('device.group')} kind="device-groups" value={group} onChange={setGroup} find={findDeviceGroups} />
      {may('strategies:view') && (
        <Picker label={t('device.strategy')} kind="strategies" value={strategy} onChange={setStrategy} find={findStrategies} />
      )}
      <Check label={t('device.incoming_only')} help={t('device.incoming_help')} value={incoming} onChange={setIncoming} />
    </FormDialog>
  );
}
