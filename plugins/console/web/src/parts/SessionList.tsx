// SPDX-License-Identifier: Apache-2.0
import { useWords } from '../words/words';
import { Badge, When } from './bits';
import { Button } from './Button';
import { DataTable } from './DataTable';
import { useTeller } from './Toasts';
import { useChange } from './useChange';

interface Props {
  kind: string;
  path: '/me/sessions' | '/users/{user}/sessions';
  at?: Readonly<Record<string, string>>;
  end: (guid: string) => Promise<unknown>;
  endAll?: () => Promise<unknown>;
}

export function SessionList({ kind, path, at, end, endAll }: Props) {
  const { t, named } = useWords();
  const { fail } = useTeller();
  const change = useChange(kind);
  return (
    <DataTable
      kind={kind}
      label={t('user.sessions')}
      columns={[
        { id: 'kind', name: t('session.kind'), narrow: true, cell: (s) => named('session_kind', s.kind) },
        { id: 'device', name: t('session.device'), narrow: true, cell: (s) => [s.device_name, s.device_id].filter(Boolean).join(' · ') },
        { id: 'address', name: t('address'), cell: (s) => s.address },
        { id: 'method', name: t('session.method'), cell: (s) => named('method', s.method) },
        { id: 'since', name: t('session.since'), cell: (s) => <When at={s.created} /> },
        { id: 'used', name: t('last_used'), cell: (s) => <When at={s.last_used} /> },
        { id: 'this', name: t('session.this'), cell: (s) => (s.current ? <Badge tone="accent">{t('session.current')}</Badge> : '') },
      ]}
      keyOf={(s) => s.guid}
      path={path}
      {...(at ? { at } : {})}
      bulk={(rows, done) => (
        <Button onPress={() => void change(Promise.all(rows.map((row) => end(row.guid))), t('session.ended')).then(done, fail)}>
          {t('session.end')}
        </Button>
      )}
      extra={
        endAll && (
          <Button onPress={() => void change(endAll(), t('session.ended')).catch(fail)}>{t('user.force_logout')}</Button>
        )
      }
    />
  );
}
