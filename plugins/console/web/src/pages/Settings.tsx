// SPDX-License-Identifier: Apache-2.0
// The site's settings. What a file in conf.d says is shown with its place, and locked.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, takeTagged, take, type Schemas } from '../api/client';
import { Badge, Card, Page } from '../parts/bits';
import { Button } from '../parts/Button';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, Select, TextField } from '../parts/fields';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Setting = Schemas['Setting'];
type Values = Readonly<Record<string, unknown>>;

export function Settings() {
  const { t } = useWords();
  const change = useChange('settings');
  const [values, setValues] = useState<Values>({});
  const [error, setError] = useState<unknown>(null);
  const settings = useQuery({ queryKey: ['settings'], queryFn: () => takeTagged(api.GET('/settings')) });
  const changed = Object.keys(values).length > 0;
  const save = () => {
    setError(null);
    change(
      take(
        api.PATCH('/settings', { params: { header: { 'If-Match': settings.data?.etag ?? '' } }, body: { values } as Schemas['SettingsEdit'] }),
      ),
      t('act.saved'),
    ).then(() => setValues({}), setError);
  };
  return (
    <Page
      title={t('nav.settings')}
      actions={
        <Button look="primary" isDisabled={!changed} onPress={save}>
          {t('act.save')}
        </Button>
      }
    >
      <p className="soft">{t('settings.help')}</p>
      <ErrorNote error={error ?? settings.error} />
      <div className="grid">
        {settings.data?.value.settings.map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            value={setting.name in values ? values[setting.name] : setting.value}
            onChange={(value) => setValues((old) => ({ ...old, [setting.name]: value }))}
          />
        ))}
      </div>
    </Page>
  );
}

const textOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : value === null || value === undefined ? '' : String(value));

function SettingField({ setting, value, onChange }: { setting: Setting; value: unknown; onChange: (value: unknown) => void }) {
  const { t, named } = useWords();
  const label = named('setting', setting.name);
  const help = (
    <>
      {setting.help}{' '}
      {setting.locked ? (
        <Badge tone="warn">{t('settings.locked', { place: setting.place })}</Badge>
      ) : (
        setting.source !== 'default' && <Badge>{named('setting_source', setting.source)}</Badge>
      )}
    </>
  );
  const control = () => {
    if (setting.type === 'boolean') {
      return (
        <>
          <Check label={label} value={value === true} onChange={onChange} disabled={setting.locked} />
          <span className="soft small">{help}</span>
        </>
      );
    }
    if (setting.type === 'choice') {
      return (
        <Select
          label={label}
          help={help}
          value={textOf(value)}
          onChange={onChange}
          disabled={setting.locked}
          choices={setting.words.map((id) => ({ id, name: named(`setting_word.${setting.name}`, id) }))}
        />
      );
    }
    const read = (text: string): unknown => {
      if (setting.type === 'integer') return text === '' ? 0 : Number(text);
      if (setting.type === 'networks') return text.split(',').map((each) => each.trim()).filter(Boolean);
      return text;
    };
    return (
      <TextField
        label={label}
        help={help}
        type={setting.type === 'integer' ? 'number' : 'text'}
        value={textOf(value)}
        onChange={(text) => onChange(read(text))}
        readOnly={setting.locked}
      />
    );
  };
  return <Card>{control()}</Card>;
}
