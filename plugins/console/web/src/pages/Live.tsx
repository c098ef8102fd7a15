// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { api, take, type Schemas } from '../api/client';
import { Badge, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm } from '../parts/Dialog';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type LiveSession = Schemas['LiveSession'];

const kEvery = 3_000; // as often as devices with a session report

export function Live() {
  const { t, named } = useWords();
  const change = useChange('live', 'overview');
  const [ending, setEnding] = useState<readonly LiveSession[]>([]);
  const peer = (row: LiveSession) => [row.user || row.peer_name, row.peer_id].filter(Boolean).join(' · ');
  return (
    <Page title={t('nav.live')}>
      <DataTable
        kind="live"
        label={t('nav.live')}
        columns={[
          { id: 'device', name: t('log.device'), narrow: true, cell: (row) => [row.device.id, row.device.name].filter(Boolean).join(' · ') },
          { id: 'peer', name: t('log.peer'), narrow: true, cell: peer },
          { id: 'kind', name: t('log.kind'), narrow: true, cell: (row) => named('kind', row.kind) },
          { id: 'address', name: t('address'), cell: (row) => row.address },
          { id: 'started', name: t('log.started'), cell: (row) => <When at={row.started} /> },
          { id: 'state', name: t('user.status'), cell: (row) => (row.ending ? <Badge tone="warn">{t('live.ending')}</Badge> : '') },
        ]}
        keyOf={(row) => row.session}
        path="/live"
        refetchEvery={kEvery}
        empty={t('live.none')}
        bulk={(rows) => (
          <Button look="danger" onPress={() => setEnding(rows)}>
            {t('live.disconnect')}
          </Button>
        )}
      />
      {ending.length > 0 && (
        <Confirm
          title={t('live.title', { n: ending.length })}
          consequence={t('live.means')}
          hits={ending.map((row) => `${row.device.id} ← ${peer(row)}`)}
          act={t('live.disconnect')}
          onConfirm={() =>
            change(
              Promise.all(
                ending.map((row) => take(api.POST('/live/{connection}/disconnect', { params: { path: { connection: row.session } } }))),
              ),
              t('live.asked'),
            )
          }
          onClose={() => setEnding([])}
        />
      )}
    </Page>
  );
}
