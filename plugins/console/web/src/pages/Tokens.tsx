// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { findUsers } from '../api/find';
import { Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { copyText } from '../parts/copyText';
import { DataTable } from '../parts/DataTable';
import { Confirm, Dialog, FormDialog } from '../parts/Dialog';
import { Select, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Token = Schemas['Token'];
type Scopes = Token['scopes'];

const kScopes = [
  'all', 'devices', 'users', 'user-groups', 'device-groups', 'address-books', 'strategies', 'audit', 'control-roles', 'admin-roles',
] as const;

export function Tokens() {
  const { t, named } = useWords();
  const change = useChange('tokens');
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<readonly Token[]>([]);
  const scopes = (token: Token) =>
    Object.entries(token.scopes)
      .map(([scope, level]) => `${scope}:${level}`)
      .join(', ');
  return (
    <Page title={t('nav.tokens')}>
      <p className="soft">{t('token.help')}</p>
      <DataTable
        kind="tokens"
        label={t('nav.tokens')}
        columns={[
          { id: 'name', name: t('token.name'), narrow: true, cell: (row) => row.name },
          { id: 'kind', name: t('token.kind'), cell: (row) => named('token_kind', row.kind) },
          { id: 'owner', name: t('device.owner'), narrow: true, cell: (row) => row.owner.name },
          { id: 'scopes', name: t('token.scopes'), cell: scopes },
          { id: 'expires', name: t('expires'), cell: (row) => (row.expires ? <When at={row.expires} /> : t('never')) },
          { id: 'used', name: t('last_used'), cell: (row) => <When at={row.last_used} /> },
        ]}
        keyOf={(row) => row.guid}
        path="/tokens"
        bulk={(rows) => (
          <Button look="danger" onPress={() => setRevoking(rows)}>
            {t('act.revoke')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setCreating(true)}>
            {t('token.new')}
          </Button>
        }
      />
      {creating && <NewToken onClose={() => setCreating(false)} />}
      {revoking.length > 0 && (
        <Confirm
          title={t('token.revoke_title', { n: revoking.length })}
          consequence={t('token.revoke_means')}
          hits={revoking.map((token) => token.name)}
          act={t('act.revoke')}
          onConfirm={() =>
            change(
              Promise.all(revoking.map((token) => take(api.DELETE('/tokens/{token}', { params: { path: { token: token.guid } } })))),
              t('act.done'),
            )
          }
          onClose={() => setRevoking([])}
        />
      )}
    </Page>
  );
}

const kDay = 86_400_000;

function NewToken({ onClose }: { onClose: () => void }) {
  const { t, named } = useWords();
  const { tell, fail } = useTeller();
  const key = useMemo(newKey, []);
  const change = useChange('tokens');
  const [name, setName] = useState('');
  const [kind, setKind] = useState<Token['kind']>('api');
  const [owner, setOwner] = useState<Found | null>(null);
  const [days, setDays] = useState('90');
  const [scopes, setScopes] = useState<Scopes>({});
  const [secret, setSecret] = useState('');
  if (secret) {
    return (
      <Dialog title={t('token.made')} onClose={onClose}>
        <p>{t('token.once')}</p>
        <TextField label={t('token.secret')} value={secret} onChange={() => undefined} readOnly />
        <div className="actions">
          <Button onPress={() => void copyText(secret).then(() => tell(t('act.copied')), fail)}>{t('act.copy')}</Button>
          <Button look="primary" onPress={onClose}>
            {t('act.close')}
          </Button>
        </div>
      </Dialog>
    );
  }
  const set = (scope: (typeof kScopes)[number], value: string) =>
    setScopes((old) => {
      const next = { ...old };
      if (value === 'r' || value === 'rw') next[scope] = value;
      else delete next[scope];
      return next;
    });
  const submit = async () => {
    const expires = Number(days) > 0 ? new Date(Date.now() + Number(days) * kDay).toISOString() : null;
    const made = await change(
      take(
        api.POST('/tokens', {
          params: { header: { 'Idempotency-Key': key } },
          body: { name, kind, expires, ...(owner ? { owner_guid: owner.guid } : {}), ...(kind === 'api' ? { scopes } : {}) },
        }),
      ),
    );
    setSecret(made.token ?? '');
  };
  return (
    <FormDialog title={t('token.new')} submit={t('act.create')} onSubmit={submit} onClose={() => secret === '' && onClose()} wide>
      <TextField label={t('token.name')} value={name} onChange={setName} autoFocus required />
      <Select
        label={t('token.kind')}
        value={kind}
        onChange={(value) => setKind(value as Token['kind'])}
        choices={(['api', 'deploy'] as const).map((id) => ({ id, name: named('token_kind', id) }))}
      />
      <Picker label={t('device.owner')} help={t('token.owner_help')} kind="users" value={owner} onChange={setOwner} find={findUsers} />
      <TextField label={t('token.days')} help={t('token.days_help')} type="number" value={days} onChange={setDays} />
      {kind === 'api' && (
        <div className="grid">
          {kScopes.map((scope) => (
            <Select
              key={scope}
              label={named('scope', scope)}
              value={scopes[scope] ?? ''}
              onChange={(value) => set(scope, value)}
              choices={[
                { id: '', name: t('token.none') },
                { id: 'r', name: t('token.read') },
                { id: 'rw', name: t('token.write') },
              ]}
            />
          ))}
        </div>
      )}
    </FormDialog>
  );
}
