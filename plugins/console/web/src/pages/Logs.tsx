// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import { useSearchParams } from 'wouter';
import type { Schemas } from '../api/client';
import { Badge, Page } from '../parts/bits';
import { DataTable } from '../parts/DataTable';
import { TabsOf } from '../parts/TabsOf';
import { useWords } from '../words/words';

const kKinds = ['desktop', 'file', 'port_forward', 'camera', 'terminal', 'none'] as const;

export function Logs() {
  const { t } = useWords();
  return (
    <Page title={t('nav.logs')}>
      <TabsOf
        label={t('nav.logs')}
        tabs={[
          { id: 'connections', name: t('log.connections'), content: () => <Connections /> },
          { id: 'files', name: t('log.files'), content: () => <Files /> },
          { id: 'alarms', name: t('log.alarms'), content: () => <Alarms /> },
          { id: 'console', name: t('log.console'), content: () => <ConsoleLog /> },
          { id: 'logins', name: t('log.logins'), content: () => <Logins /> },
        ]}
      />
    </Page>
  );
}

/// The same filters as the list, as a file.
function Export({ of }: { of: string }): ReactNode {
  const { t } = useWords();
  const [params] = useSearchParams();
  const query = new URLSearchParams(params);
  for (const name of ['tab', 'cursor', 'sort']) query.delete(name);
  const href = (format: string) => {
    query.set('format', format);
    return `/api/admin/v1/audit/${of}/export?${query.toString()}`;
  };
  return (
    <>
      <a className="button" href={href('csv')} download={`${of}.csv`}>
        CSV
      </a>
      <a className="button" href={href('jsonl')} download={`${of}.jsonl`}>
        {t('log.json_lines')}
      </a>
    </>
  );
}

function Connections() {
  const { t, named, date, bytes } = useWords();
  const peer = (row: Schemas['Connection']) => [row.peer_id, row.peer_name].filter(Boolean).join(' · ');
  return (
    <DataTable
      kind="log-connections"
      label={t('log.connections')}
      columns={[
        { id: 'started', name: t('log.started'), narrow: true, cell: (row) => date(row.started) },
        {
          id: 'ended',
          name: t('log.ended'),
          cell: (row) => (row.lost ? <Badge tone="warn">{t('log.lost')}</Badge> : row.ended ? date(row.ended) : <Badge tone="good">{t('log.open')}</Badge>),
        },
        { id: 'device', name: t('log.device'), narrow: true, cell: (row) => [row.device_id, row.device_name].filter(Boolean).join(' · ') },
        { id: 'peer', name: t('log.peer'), narrow: true, cell: peer },
        { id: 'user', name: t('user.name'), cell: (row) => row.user },
        { id: 'kind', name: t('log.kind'), cell: (row) => named('kind', row.kind) },
        { id: 'auth', name: t('log.auth'), cell: (row) => named('auth', row.auth) },
        { id: 'path', name: t('log.path'), cell: (row) => named('path', row.path) + (row.bytes ? ` · ${bytes(row.bytes)}` : '') },
        { id: 'address', name: t('address'), cell: (row) => row.address },
        { id: 'note', name: t('note'), cell: (row) => row.note },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/connections"
      searchAs="device"
      filters={[
        { id: 'kind', name: t('log.kind'), choices: kKinds.map((id) => ({ id, name: named('kind', id) })) },
        { id: 'open', name: t('log.open'), choices: [{ id: 'true', name: t('yes') }] },
      ]}
      extra={<Export of="connections" />}
    />
  );
}

function Files() {
  const { t, named, date, bytes } = useWords();
  return (
    <DataTable
      kind="log-files"
      label={t('log.files')}
      columns={[
        { id: 'time', name: t('log.time'), narrow: true, cell: (row) => date(row.time) },
        { id: 'device', name: t('log.device'), narrow: true, cell: (row) => row.device_id },
        { id: 'peer', name: t('log.peer'), cell: (row) => [row.peer_id, row.peer_name].filter(Boolean).join(' · ') },
        { id: 'direction', name: t('log.direction'), cell: (row) => named('direction', row.direction) },
        { id: 'path', name: t('log.file'), narrow: true, cell: (row) => row.path },
        { id: 'count', name: t('log.count'), cell: (row) => row.count },
        { id: 'size', name: t('log.size'), cell: (row) => bytes(row.files.reduce((sum, file) => sum + file.bytes, 0)) },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/files"
      searchAs="device"
      extra={<Export of="files" />}
    />
  );
}

function Alarms() {
  const { t, date } = useWords();
  return (
    <DataTable
      kind="log-alarms"
      label={t('log.alarms')}
      columns={[
        { id: 'time', name: t('log.time'), narrow: true, cell: (row) => date(row.time) },
        { id: 'text', name: t('log.alarm'), narrow: true, cell: (row) => row.text },
        { id: 'device', name: t('log.device'), cell: (row) => row.device_id },
        { id: 'account', name: t('user.account'), cell: (row) => row.account },
        { id: 'peer', name: t('log.peer'), cell: (row) => [row.peer_id, row.peer_name].filter(Boolean).join(' · ') },
        { id: 'address', name: t('address'), cell: (row) => row.address },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/alarms"
      searchAs="device"
      extra={<Export of="alarms" />}
    />
  );
}

function ConsoleLog() {
  const { t, named, date } = useWords();
  return (
    <DataTable
      kind="log-console"
      label={t('log.console')}
      columns={[
        { id: 'time', name: t('log.time'), narrow: true, cell: (row) => date(row.time) },
        { id: 'operator', name: t('log.operator'), narrow: true, cell: (row) => row.operator },
        { id: 'operation', name: t('log.operation'), narrow: true, cell: (row) => named('operation', row.operation) },
        { id: 'target', name: t('log.target'), cell: (row) => row.target },
        { id: 'detail', name: t('log.detail'), cell: (row) => row.detail },
        { id: 'address', name: t('address'), cell: (row) => row.address },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/console"
      searchAs="operator"
      extra={<Export of="console" />}
    />
  );
}

function Logins() {
  const { t, named, date } = useWords();
  return (
    <DataTable
      kind="log-logins"
      label={t('log.logins')}
      columns={[
        { id: 'time', name: t('log.time'), narrow: true, cell: (row) => date(row.time) },
        { id: 'user', name: t('user.name'), narrow: true, cell: (row) => row.user },
        {
          id: 'result',
          name: t('log.result'),
          narrow: true,
          cell: (row) => <Badge tone={row.success ? 'good' : 'bad'}>{named('login_result', row.result)}</Badge>,
        },
        { id: 'method', name: t('session.method'), cell: (row) => named('method', row.method) },
        { id: 'kind', name: t('session.kind'), cell: (row) => named('session_kind', row.kind) },
        { id: 'device', name: t('log.device'), cell: (row) => row.device },
        { id: 'address', name: t('address'), cell: (row) => row.address },
      ]}
      keyOf={(row) => row.guid}
      path="/audit/logins"
      searchAs="user"
      filters={[
        { id: 'success', name: t('log.result'), choices: [{ id: 'true', name: t('log.success') }, { id: 'false', name: t('log.failure') }] },
      ]}
      extra={<Export of="logins" />}
    />
  );
}
