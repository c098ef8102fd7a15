// SPDX-License-Identifier: Apache-2.0
// Who may reach what: the edges between groups, as a list and as a matrix, and the tester that asks the server's own rule.
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState, type FormEvent } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { findDeviceGroups, findDevices, findUserGroups, findUsers } from '../api/find';
import { Badge, Card, Facts, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { FormDialog } from '../parts/Dialog';
import { ErrorNote } from '../parts/ErrorNote';
import { Select, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type EdgeNew = Schemas['EdgeNew'];

export function Access() {
  const { t } = useWords();
  return (
    <Page title={t('nav.access')}>
      <TabsOf
        label={t('nav.access')}
        tabs={[
          { id: 'edges', name: t('access.edges'), content: () => <Edges /> },
          { id: 'matrix', name: t('access.matrix'), content: () => <Matrix /> },
          { id: 'test', name: t('access.test'), content: () => <AccessTester /> },
        ]}
      />
    </Page>
  );
}

function Edges() {
  const { t, named } = useWords();
  const change = useChange('edges', 'edge-matrix');
  const { fail } = useTeller();
  const [creating, setCreating] = useState(false);
  const party = (p: Schemas['Party']) => `${p.name} (${named('party', p.type)})`;
  return (
    <>
      <p className="soft">{t('access.help')}</p>
      <DataTable
        kind="edges"
        label={t('access.edges')}
        columns={[
          { id: 'subject', name: t('access.subject'), narrow: true, cell: (e) => party(e.subject) },
          { id: 'object', name: t('access.object'), narrow: true, cell: (e) => party(e.object) },
          { id: 'from', name: t('access.from'), cell: (e) => (e.from ? <When at={e.from} /> : '') },
          { id: 'until', name: t('access.until'), cell: (e) => (e.until ? <When at={e.until} /> : '') },
          {
            id: 'hours',
            name: t('access.hours'),
            cell: (e) => e.hours.map((h) => `${named('day', h.day)} ${h.from}–${h.until}`).join(', '),
          },
        ]}
        keyOf={(e) => e.guid}
        path="/edges"
        bulk={(rows, done) => (
          <Button
            look="danger"
            onPress={() =>
              void change(
                Promise.all(rows.map((e) => take(api.DELETE('/edges/{edge}', { params: { path: { edge: e.guid } } })))),
                t('access.removed'),
              ).then(done, fail)
            }
          >
            {t('access.remove')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setCreating(true)}>
            {t('access.new')}
          </Button>
        }
      />
      {creating && <NewEdge onClose={() => setCreating(false)} />}
    </>
  );
}

const kSubjects = { user: findUsers, user_group: findUserGroups } as const;
const kObjects = { user_group: findUserGroups, device_group: findDeviceGroups, device: findDevices } as const;

function NewEdge({ onClose }: { onClose: () => void }) {
  const { t, named } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('edges', 'edge-matrix');
  const [subjectType, setSubjectType] = useState<EdgeNew['subject_type']>('user_group');
  const [objectType, setObjectType] = useState<EdgeNew['object_type']>('device_group');
  const [subject, setSubject] = useState<Found | null>(null);
  const [object, setObject] = useState<Found | null>(null);
  const [until, setUntil] = useState('');
  const wanted = (): EdgeNew => {
    if (!subject || !object) throw new Error(t('pick.missing'));
    return {
      subject_type: subjectType,
      subject_guid: subject.guid,
      object_type: objectType,
      object_guid: object.guid,
      ...(until ? { until: new Date(until).toISOString() } : {}),
    };
  };
  const submit = () =>
    change(take(api.POST('/edges', { params: { header: { 'Idempotency-Key': key } }, body: wanted() })), t('act.saved'));
  const planned = () => ({ method: 'POST' as const, path: '/edges', body: { ...wanted() } });
  return (
    <FormDialog title={t('access.new')} submit={t('act.add')} onSubmit={async () => submit()} planned={planned} onClose={onClose}>
      <Select
        label={t('access.subject_type')}
        value={subjectType}
        onChange={(value) => {
          setSubjectType(value as EdgeNew['subject_type']);
          setSubject(null);
        }}
        choices={(['user_group', 'user'] as const).map((id) => ({ id, name: named('party', id) }))}
      />
      <Picker
        key={subjectType}
        label={t('access.subject')}
        kind={subjectType}
        value={subject}
        onChange={setSubject}
        find={kSubjects[subjectType]}
      />
      <Select
        label={t('access.object_type')}
        value={objectType}
        onChange={(value) => {
          setObjectType(value as EdgeNew['object_type']);
          setObject(null);
        }}
        choices={(['device_group', 'user_group', 'device'] as const).map((id) => ({ id, name: named('party', id) }))}
      />
      <Picker
        key={`to-${objectType}`}
        label={t('access.object')}
        kind={`to-${objectType}`}
        value={object}
        onChange={setObject}
        find={kObjects[objectType]}
      />
      <TextField label={t('access.until')} help={t('access.until_help')} type="datetime-local" value={until} onChange={setUntil} />
    </FormDialog>
  );
}

const kMatrix = 40;

/// User groups down, user and device groups across. What is too much for a picture is said.
function Matrix() {
  const { t } = useWords();
  const change = useChange('edges', 'edge-matrix');
  const { fail } = useTeller();
  const matrix = useQuery({
    queryKey: ['edge-matrix'],
    queryFn: async () => {
      const query = { limit: kMatrix };
      const [users, devices, edges] = await Promise.all([
        take(api.GET('/user-groups', { params: { query } })),
        take(api.GET('/device-groups', { params: { query } })),
        take(api.GET('/edges', { params: { query: { limit: 1000, subject_type: 'user_group' } } })),
      ]);
      return { users, devices, edges };
    },
  });
  if (!matrix.data) return <ErrorNote error={matrix.error} />;
  const { users, devices, edges } = matrix.data;
  const across = [
    ...users.items.map((g) => ({ guid: g.guid, name: g.name, type: 'user_group' as const, self: g.members_reach_each_other })),
    ...devices.items.map((g) => ({ guid: g.guid, name: g.name, type: 'device_group' as const, self: false })),
  ];
  const edge = (from: string, to: string) => edges.items.find((e) => e.subject.guid === from && e.object.guid === to);
  const toggle = (from: string, to: (typeof across)[number]) => {
    const there = edge(from, to.guid);
    const work: Promise<unknown> = there
      ? take(api.DELETE('/edges/{edge}', { params: { path: { edge: there.guid } } }))
      : take(
          api.POST('/edges', {
            params: { header: { 'Idempotency-Key': newKey() } },
            body: { subject_type: 'user_group', subject_guid: from, object_type: to.type, object_guid: to.guid },
          }),
        );
    void change(work).catch(fail);
  };
  return (
    <div className="stack">
      {(users.next || devices.next || edges.next) && <div className="note warn">{t('access.matrix_cut', { n: kMatrix })}</div>}
      <div className="table-wrap">
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{t('access.matrix_corner')}</th>
              {across.map((to) => (
                <th key={to.guid} scope="col" className="isolate">
                  {to.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {users.items.map((from) => (
              <tr key={from.guid}>
                <th scope="row" className="isolate">
                  {from.name}
                </th>
                {across.map((to) => (
                  <td key={to.guid}>
                    {to.guid === from.guid ? (
                      <span className="soft">{to.self ? '●' : '–'}</span>
                    ) : (
                      <Button
                        look="quiet"
                        aria-pressed={Boolean(edge(from.guid, to.guid))}
                        aria-label={t('access.toggle', { from: from.name, to: to.name })}
                        onPress={() => toggle(from.guid, to)}
                      >
                        {edge(from.guid, to.guid) ? '✓' : '·'}
                      </Button>
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function AccessTester() {
  const { t, named } = useWords();
  const [user, setUser] = useState<Found | null>(null);
  const [device, setDevice] = useState('');
  const [answer, setAnswer] = useState<Schemas['AccessAnswer'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    setAnswer(null);
    take(api.POST('/access/test', { body: { device_id: device.trim(), user_guid: user?.guid ?? null } })).then(
      setAnswer,
      setError,
    );
  };
  return (
    <div className="grid">
      <Card title={t('access.test')}>
        <form className="stack" onSubmit={ask}>
          <Picker label={t('access.who')} help={t('access.nobody')} kind="users" value={user} onChange={setUser} find={findUsers} />
          <TextField label={t('device.id')} value={device} onChange={setDevice} required />
          <ErrorNote error={error} />
          <Button type="submit" look="primary" isDisabled={!device.trim()}>
            {t('access.ask')}
          </Button>
        </form>
      </Card>
      {answer && (
        <Card title={t('access.answer')}>
          <div role="status" className="stack">
            <Badge tone={answer.allowed ? 'good' : 'bad'}>{answer.allowed ? t('access.allowed') : t('access.refused')}</Badge>
            <Facts
              rows={[
                [t('access.ground'), answer.explanation],
                [t('access.reason'), answer.reason],
                [t('access.words'), answer.refusal],
                [t('device.presence'), answer.online ? t('device.online') : t('device.offline')],
                [t('user.control_role'), answer.control_role?.name ?? ''],
                [
                  t('device.strategy'),
                  answer.strategy.strategy ? `${answer.strategy.strategy.name} · ${named('level', answer.strategy.level)}` : '',
                ],
              ]}
            />
          </div>
        </Card>
      )}
    </div>
  );
}
