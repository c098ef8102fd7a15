// SPDX-License-Identifier: Apache-2.0
// Chooses one thing out of many that the server has: what is typed is searched there, never in a list held here.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components';
import { useWords } from '../words/words';
import { useSettled } from './useSettled';

export interface Found {
  guid: string;
  name: string;
}

interface Props {
  label: string;
  /// Names the kind in the query cache.
  kind: string;
  value: Found | null;
  onChange: (value: Found | null) => void;
  find: (text: string) => Promise<readonly Found[]>;
  help?: string;
}

export function Picker({ label, kind, value, onChange, find, help }: Props) {
  const { t } = useWords();
  const [text, setText] = useState(value?.name ?? '');
  const settled = useSettled(text === value?.name ? '' : text, 200);
  const found = useQuery({ queryKey: ['pick', kind, settled], queryFn: () => find(settled), staleTime: 10_000 });
  const items = found.data ?? [];
  return (
    <ComboBox
      className="field"
      items={items}
      inputValue={text}
      onInputChange={(typed) => {
        setText(typed);
        if (typed === '' && value) onChange(null);
      }}
      selectedKey={value?.guid ?? null}
      onSelectionChange={(key) => {
        const chosen = items.find((each) => each.guid === key);
        if (!chosen) return;
        onChange(chosen);
        setText(chosen.name);
      }}
      defaultFilter={() => true}
      allowsEmptyCollection
      menuTrigger="focus"
    >
      <Label>{label}</Label>
      <Input className="input" dir="auto" placeholder={t('pick.placeholder')} />
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      <Popover className="popover">
        <ListBox<Found> renderEmptyState={() => <div className="option">{t('list.none')}</div>}>
          {(item) => (
            <ListBoxItem id={item.guid} textValue={item.name} className="option">
              <span className="isolate">{item.name}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
