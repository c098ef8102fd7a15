// SPDX-License-Identifier: Apache-2.0
// One strategy: its settings in the client's own words, who has it, and which devices have taken it.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useParams } from 'wouter';
import { api, take, takeTagged, type Schemas } from '../api/client';
import { findDeviceGroups, findDevices, findUsers } from '../api/find';
import { Badge, Card, Page, When } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { FormDialog } from '../parts/Dialog';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, SearchField, Select, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Option = Schemas['StrategyOption'];
type Strategy = Schemas['Strategy'];

export function StrategyDetail() {
  const { t } = useWords();
  const { guid = '' } = useParams();
  const back = { href: '/strategies', name: t('nav.strategies') };
  const strategy = useQuery({
    queryKey: ['strategy', guid],
    queryFn: () => takeTagged(api.GET('/strategies/{strategy}', { params: { path: { strategy: guid } } })),
  });
  if (!strategy.data) {
    return (
      <Page title={t('nav.strategies')} back={back}>
        <ErrorNote error={strategy.error} />
      </Page>
    );
  }
  const { value: s, etag } = strategy.data;
  return (
    <Page title={s.name} back={back}>
      <div className="row">
        <Badge tone={s.enabled ? 'good' : 'plain'}>{s.enabled ? t('enabled') : t('disabled')}</Badge>
        <span className="soft">{t('strategy.governs', { n: s.governed })}</span>
      </div>
      <TabsOf
        label={s.name}
        tabs={[
          { id: 'options', name: t('strategy.options'), content: () => <Options key={etag} strategy={s} etag={etag} /> },
          { id: 'assigned', name: t('strategy.assigned'), content: () => <AssignedList guid={guid} /> },
          { id: 'receipts', name: t('strategy.receipts'), content: () => <Receipts guid={guid} /> },
        ]}
      />
    </Page>
  );
}

const kUnset = '';

function Options({ strategy, etag }: { strategy: Strategy; etag: string }) {
  const { t } = useWords();
  const change = useChange('strategy', 'strategies');
  const [values, setValues] = useState<Readonly<Record<string, string>>>(strategy.options);
  const [enforce, setEnforce] = useState(strategy.enforce);
  const [find, setFind] = useState('');
  const [error, setError] = useState<unknown>(null);
  const known = useQuery({
    queryKey: ['strategy-options'],
    queryFn: () => take(api.GET('/strategies/options', { params: { query: { limit: 1000 } } })),
    staleTime: Infinity,
  });
  const dirty = enforce !== strategy.enforce || JSON.stringify(values) !== JSON.stringify(strategy.options);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);
  const set = (key: string, value: string) =>
    setValues((old) => {
      const next = { ...old };
      if (value === kUnset) delete next[key];
      else next[key] = value;
      return next;
    });
  const save = () => {
    setError(null);
    change(
      take(
        api.PATCH('/strategies/{strategy}', {
          params: { path: { strategy: strategy.guid }, header: { 'If-Match': etag } },
          body: { options: values, enforce },
        }),
      ),
      t('act.saved'),
    ).catch(setError);
  };
  const wanted = find.toLowerCase();
  const options = (known.data?.items ?? []).filter((o) => o.key.includes(wanted) || o.help.toLowerCase().includes(wanted));
  return (
    <div className="stack">
      <div className="toolbar">
        <SearchField label={t('strategy.find')} value={find} onChange={setFind} />
        <Button look="primary" isDisabled={!dirty} onPress={save}>
          {t('act.save')}
        </Button>
      </div>
      <ErrorNote error={error ?? known.error} />
      <Check label={t('strategy.enforce')} help={t('strategy.enforce_help')} value={enforce} onChange={setEnforce} />
      <div className="grid">
        {options.map((option) => (
          <OptionField key={option.key} option={option} value={values[option.key] ?? kUnset} onChange={(value) => set(option.key, value)} />
        ))}
      </div>
    </div>
  );
}

function OptionField({ option, value, onChange }: { option: Option; value: string; onChange: (value: string) => void }) {
  const { t } = useWords();
  const help = (
    <>
      {option.help} {option.risky && <Badge tone="warn">{t('strategy.risky')}</Badge>}
    </>
  );
  if (option.type === 'boolean' || option.type === 'choice') {
    const words = option.type === 'boolean' ? ['Y', 'N'] : option.words;
    const shown = (word: string) => (option.type === 'boolean' ? (word === 'Y' ? t('yes') : t('no')) : word);
    return (
      <Card>
        <Select
          label={option.key}
          help={help}
          value={value}
          onChange={onChange}
          choices={[
            { id: kUnset, name: t('strategy.unset', { value: shown(option.default) }) },
            ...words.map((id) => ({ id, name: shown(id) })),
          ]}
        />
      </Card>
    );
  }
  return (
    <Card>
      <TextField label={option.key} help={help} value={value} onChange={onChange} />
    </Card>
  );
}

function AssignedList({ guid }: { guid: string }) {
  const words = useWords();
  const { t, named } = words;
  const change = useChange('assigned', 'strategy');
  const { tell, fail } = useTeller();
  const [adding, setAdding] = useState(false);
  const path = { strategy: guid };
  const lists = (rows: readonly Schemas['Assigned'][]): Schemas['Assignment'] => {
    const of = (level: string) => rows.filter((row) => row.level === level).map((row) => row.guid);
    return { devices: of('device'), users: of('owner'), device_groups: of('group') };
  };
  return (
    <>
      <DataTable
        kind="assigned"
        label={t('strategy.assigned')}
        columns={[
          { id: 'name', name: t('group.name'), narrow: true, cell: (row) => row.name },
          { id: 'level', name: t('strategy.level'), narrow: true, cell: (row) => named('level', row.level) },
        ]}
        keyOf={(row) => row.guid}
        path="/strategies/{strategy}/assigned"
        at={path}
        bulk={(rows, done) => (
          <Button
            onPress={() =>
              void change(take(api.POST('/strategies/{strategy}/unassign', { params: { path }, body: lists(rows) }))).then((answer) => {
                tell(bulkSentence(answer, words));
                done();
              }, fail)
            }
          >
            {t('strategy.unassign')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setAdding(true)}>
            {t('strategy.assign')}
          </Button>
        }
      />
      {adding && (
        <AssignForm
          onClose={() => setAdding(false)}
          onAssign={async (body) =>
            tell(bulkSentence(await change(take(api.POST('/strategies/{strategy}/assign', { params: { path }, body }))), words))
          }
        />
      )}
    </>
  );
}

function AssignForm({ onAssign, onClose }: { onAssign: (to: Schemas['Assignment']) => Promise<void>; onClose: () => void }) {
  const { t } = useWords();
  const [device, setDevice] = useState<Found | null>(null);
  const [user, setUser] = useState<Found | null>(null);
  const [group, setGroup] = useState<Found | null>(null);
  const submit = () =>
    onAssign({
      devices: device ? [device.guid] : [],
      users: user ? [user.guid] : [],
      device_groups: group ? [group.guid] : [],
    });
  return (
    <FormDialog title={t('strategy.assign')} submit={t('act.add')} onSubmit={submit} onClose={onClose}>
      <p className="soft">{t('strategy.order')}</p>
      <Picker label={t('device.group')} kind="device-groups" value={group} onChange={setGroup} find={findDeviceGroups} />
      <Picker label={t('user.name')} kind="users" value={user} onChange={setUser} find={findUsers} />
      <Picker label={t('device.id')} kind="devices" value={device} onChange={setDevice} find={findDevices} />
    </FormDialog>
  );
}

function Receipts({ guid }: { guid: string }) {
  const { t, named } = useWords();
  return (
    <DataTable
      kind="receipts"
      label={t('strategy.receipts')}
      columns={[
        { id: 'id', name: t('device.id'), narrow: true, cell: (row) => row.device.id },
        { id: 'name', name: t('device.name'), cell: (row) => row.device.name },
        {
          id: 'delivery',
          name: t('strategy.delivery'),
          narrow: true,
          cell: (row) => <Badge tone={row.delivery === 'applied' ? 'good' : 'warn'}>{named('delivery', row.delivery)}</Badge>,
        },
        { id: 'sent', name: t('strategy.sent'), cell: (row) => <When at={row.sent} /> },
      ]}
      keyOf={(row) => row.device.guid}
      href={(row) => `/devices/${row.device.guid}`}
      path="/strategies/{strategy}/receipts"
      at={{ strategy: guid }}
      filters={[
        { id: 'delivery', name: t('strategy.delivery'), choices: (['waiting', 'applied'] as const).map((id) => ({ id, name: named('delivery', id) })) },
      ]}
    />
  );
}
