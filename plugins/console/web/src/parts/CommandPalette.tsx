// SPDX-License-Identifier: Apache-2.0
// Ctrl-K or Cmd-K: finds pages, devices and users by what is typed.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Autocomplete, Dialog, Heading, Input, ListBox, ListBoxItem, Modal, ModalOverlay, SearchField } from 'react-aria-components';
import { useLocation } from 'wouter';
import { api, take } from '../api/client';
import { useSession } from '../api/session';
import type { Place } from '../Frame';
import { useWords } from '../words/words';
import { useSettled } from './useSettled';

interface Hit {
  id: string;
  name: string;
  kind: string;
}

export function CommandPalette({ places }: { places: readonly Place[] }) {
  const { t } = useWords();
  const { may } = useSession();
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState('');
  const settled = useSettled(text.trim(), 200);

  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, []);

  const found = useQuery({
    queryKey: ['palette', settled],
    enabled: open && settled.length > 1,
    queryFn: async () => {
      const query = { search: settled, limit: 8 };
      const devices = await take(api.GET('/devices', { params: { query } }));
      const users = may('users:view') ? await take(api.GET('/users', { params: { query } })) : { items: [] };
      return [
        ...devices.items.map((d) => ({ id: `/devices/${d.guid}`, name: `${d.id} ${d.name}`, kind: t('nav.devices') })),
        ...users.items.map((u) => ({ id: `/users/${u.guid}`, name: `${u.name} ${u.display_name}`, kind: t('nav.users') })),
      ];
    },
  });
  const pages: Hit[] = places
    .map((place) => ({ id: place.href, name: t(place.name), kind: t('palette.page') }))
    .filter((hit) => hit.name.toLocaleLowerCase().includes(text.trim().toLocaleLowerCase()));
  const hits = [...pages, ...(settled.length > 1 ? (found.data ?? []) : [])];

  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
      <Modal className="modal">
        <Dialog>
          <Heading slot="title" level={2} className="visually-hidden">
            {t('palette.title')}
          </Heading>
          <Autocomplete inputValue={text} onInputChange={setText} disableAutoFocusFirst={false}>
            <SearchField aria-label={t('palette.title')} autoFocus className="field">
              <Input className="input" placeholder={t('palette.hint')} dir="auto" />
            </SearchField>
            <ListBox
              aria-label={t('palette.results')}
              items={hits}
              selectionMode="none"
              onAction={(key) => {
                setOpen(false);
                setText('');
                go(String(key));
              }}
              renderEmptyState={() => <div className="empty">{t('list.none')}</div>}
            >
              {(hit) => (
                <ListBoxItem id={hit.id} textValue={hit.name} className="option">
                  <span className="grow isolate">{hit.name}</span>
                  <span className="soft small">{hit.kind}</span>
                </ListBoxItem>
              )}
            </ListBox>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
