// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { useSession } from '../api/session';
import { Badge, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { TextField } from '../parts/fields';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Strategy = Schemas['Strategy'];

export function Strategies() {
  const { t } = useWords();
  const { may } = useSession();
  const { fail } = useTeller();
  const change = useChange('strategies');
  const [creating, setCreating] = useState<Strategy | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Strategy | null>(null);
  const enable = (s: Strategy, enabled: boolean) => () =>
    void change(take(api.PATCH('/strategies/{strategy}', { params: { path: { strategy: s.guid } }, body: { enabled } })), t('act.done')).catch(
      fail,
    );
  return (
    <Page title={t('nav.strategies')}>
      <p className="soft">{t('strategy.help')}</p>
      <DataTable
        kind="strategies"
        label={t('nav.strategies')}
        searchAs="name"
        columns={[
          { id: 'name', name: t('strategy.name'), narrow: true, cell: (s) => s.name },
          {
            id: 'enabled',
            name: t('user.status'),
            narrow: true,
            cell: (s) => <Badge tone={s.enabled ? 'good' : 'plain'}>{s.enabled ? t('enabled') : t('disabled')}</Badge>,
          },
          { id: 'governed', name: t('strategy.governed'), cell: (s) => s.governed },
          { id: 'options', name: t('strategy.options'), cell: (s) => Object.keys(s.options).length },
          { id: 'enforce', name: t('strategy.enforce'), cell: (s) => (s.enforce ? t('yes') : '') },
          { id: 'modified', name: t('strategy.modified'), cell: (s) => <When at={s.modified} /> },
        ]}
        keyOf={(s) => s.guid}
        href={(s) => `/strategies/${s.guid}`}
        path="/strategies"
        bulk={(rows) => {
          const first = rows[0];
          if (!first || rows.length !== 1 || !may('strategies:edit')) return null;
          return (
            <>
              <Button onPress={enable(first, !first.enabled)}>{first.enabled ? t('act.disable') : t('act.enable')}</Button>
              <Button onPress={() => setCreating(first)}>{t('act.duplicate')}</Button>
              {!first.built_in && (
                <Button look="danger" onPress={() => setDeleting(first)}>
                  {t('act.delete')}
                </Button>
              )}
            </>
          );
        }}
        extra={
          may('strategies:edit') && (
            <Button look="primary" onPress={() => setCreating('new')}>
              {t('strategy.new')}
            </Button>
          )
        }
      />
      {creating && <NewStrategy like={creating === 'new' ? null : creating} onClose={() => setCreating(null)} />}
      {deleting && (
        <Confirm
          title={t('strategy.delete_title', { name: deleting.name })}
          consequence={t('strategy.delete_means', { n: deleting.governed })}
          hits={[deleting.name]}
          act={t('act.delete')}
          onConfirm={() =>
            change(take(api.DELETE('/strategies/{strategy}', { params: { path: { strategy: deleting.guid } } })), t('act.done'))
          }
          onClose={() => setDeleting(null)}
        />
      )}
    </Page>
  );
}

function NewStrategy({ like, onClose }: { like: Strategy | null; onClose: () => void }) {
  const { t } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('strategies');
  const [name, setName] = useState('');
  const submit = () =>
    change(
      take(
        api.POST('/strategies', {
          params: { header: { 'Idempotency-Key': key } },
          body: { name, ...(like ? { options: like.options, enforce: like.enforce } : {}) },
        }),
      ),
      t('act.saved'),
    );
  return (
    <FormDialog title={like ? t('strategy.duplicate', { name: like.name }) : t('strategy.new')} submit={t('act.create')} onSubmit={submit} onClose={onClose}>
      <TextField label={t('strategy.name')} help={t('strategy.starts_disabled')} value={name} onChange={setName} autoFocus required />
    </FormDialog>
  );
}
