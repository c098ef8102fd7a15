// SPDX-License-Identifier: Apache-2.0
// Settings of the site. What a file of the configuration sets is shown and locked.
import { useQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, take, takeTagged, type Schemas } from '../api/client';
import { Badge, Card, Page } from '../parts/bits';
import { Button } from '../parts/Button';
import { ErrorNote } from '../parts/ErrorNote';
import { Check, Select, TextField } from '../parts/fields';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Setting = Schemas['Setting'];
type Value = string | number | boolean | readonly string[];

/// What belongs together, in the order in which somebody new meets it; what is in none stands under the last title.
const kGroups = [
  ['reach', ['public_url', 'admission', 'initiate', 'listed', 'unassigned', 'admins_reach_all', 'owner_disabled_blocks', 'hide_devices', 'accessible_list']],
  ['login', ['password_login', 'second_factor', 'client_idle', 'console_idle', 'console_longest', 'trusted', 'trust_devices']],
  ['networks', ['initiate_networks', 'console_networks', 'admin_networks']],
  ['devices', ['login_assigns', 'presets', 'on_release', 'cut_running']],
  ['books', ['share_outside_group', 'users_make_books', 'logs_admin_only', 'retention']],
  ['limits', []],
] as const;

const listed = (text: string): string[] =>
  text
    .split(/[\n,]/)
    .map((each) => each.trim())
    .filter(Boolean);

export function Settings() {
  const { t } = useWords();
  const change = useChange('settings', 'overview');
  const [edits, setEdits] = useState<Readonly<Record<string, Value>>>({});
  const [error, setError] = useState<unknown>(null);
  const got = useQuery({ queryKey: ['settings'], queryFn: () => takeTagged(api.GET('/settings')) });
  const all = got.data?.value.settings ?? [];
  const named = new Set<string>(kGroups.flatMap(([, names]) => names));
  const changed = Object.keys(edits).length;

  const edit = (setting: Setting, value: Value) =>
    setEdits((old) => {
      const { [setting.name]: _before, ...others } = old;
      return JSON.stringify(value) === JSON.stringify(setting.value) ? others : { ...others, [setting.name]: value };
    });
  const send = (values: Record<string, unknown>) => {
    setError(null);
    const header = { 'If-Match': got.data?.etag ?? '' };
    return change(take(api.PATCH('/settings', { params: { header }, body: { values } })), t('act.saved')).then(
      () => setEdits({}),
      setError,
    );
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const values = Object.fromEntries(
      Object.entries(edits).map(([name, value]) => {
        return [name, Array.isArray(value) ? listed(value.join('\n')) : value];
      }),
    );
    void send(values);
  };
  return (
    <Page title={t('nav.settings')}>
      <p className="soft">{t('settings.help')}</p>
      <ErrorNote error={got.error} />
      <form className="stack" onSubmit={submit}>
        {kGroups.map(([group, names]) => {
          const rows = all.filter((each) =>
            group === 'limits' ? !named.has(each.name) : (names as readonly string[]).includes(each.name),
          );
          return (
            rows.length > 0 && (
              <Card key={group} title={t(`settings.${group}`)}>
                <div className="stack">
                  {rows.map((setting) => (
                    <SettingField
                      key={setting.name}
                      setting={setting}
                      value={edits[setting.name] ?? (setting.value as Value)}
                      onChange={(value) => edit(setting, value)}
                      onReset={() => void send({ [setting.name]: null })}
                    />
                  ))}
                </div>
              </Card>
            )
          );
        })}
        <ErrorNote error={error} />
        <div className="row">
          <Button type="submit" look="primary" isDisabled={changed === 0}>
            {t('act.save')}
          </Button>
          {changed > 0 && (
            <>
              <Button onPress={() => setEdits({})}>{t('act.cancel')}</Button>
              <span className="soft">{t('settings.changed', { n: changed })}</span>
            </>
          )}
        </div>
      </form>
    </Page>
  );
}

interface FieldProps {
  setting: Setting;
  value: Value;
  onChange: (value: Value) => void;
  onReset: () => void;
}

function SettingField({ setting, value, onChange, onReset }: FieldProps) {
  const words = useWords();
  const { t, date } = words;
  const locked = setting.source === 'file';
  const label = words.named('setting', setting.name);
  const bounds = setting.low !== '' && setting.high !== '' ? ` (${setting.low}–${setting.high})` : '';
  const help = `${setting.help}${bounds}`;
  return (
    <div className="stack tight">
      {setting.type === 'flag' && <Check label={label} help={help} value={Boolean(value)} onChange={onChange} disabled={locked} />}
      {setting.type === 'choice' && (
        <Select
          label={label}
          help={help}
          value={String(value)}
          onChange={onChange}
          disabled={locked}
          choices={setting.choices.map((id) => ({ id, name: words.named(`setting_${setting.name}`, id) }))}
        />
      )}
      {(setting.type === 'texts' || setting.type === 'networks') && (
        <TextField
          label={label}
          help={`${help}. ${t('settings.one_a_line')}`}
          value={Array.isArray(value) ? value.join('\n') : String(value)}
          onChange={(text) => onChange(text === '' ? [] : text.split('\n'))}
          readOnly={locked}
          long
        />
      )}
      {(setting.type === 'text' || setting.type === 'duration' || setting.type === 'count') && (
        <TextField
          label={label}
          help={help}
          value={String(value)}
          onChange={(text) => onChange(setting.type === 'count' && /^\d+$/.test(text) ? Number(text) : text)}
          readOnly={locked}
          {...(setting.type === 'count' ? { inputMode: 'numeric' as const } : {})}
        />
      )}
      {locked && <Badge>{t('settings.locked')}</Badge>}
      {setting.source === 'console' && (
        <span className="row small soft">
          {t('settings.by', { name: setting.changed_by, time: date(setting.changed) })}
          <Button look="quiet" onPress={onReset}>
            {t('settings.reset')}
          </Button>
        </span>
      )}
    </div>
  );
}
