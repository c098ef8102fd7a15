// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { api, newKey, take, type Schemas } from '../api/client';
import { Badge, Page, When } from '../parts/bits';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { Confirm, FormDialog } from '../parts/Dialog';
import { TextField } from '../parts/fields';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Book = Schemas['Book'];

export function Books() {
  const { t } = useWords();
  return (
    <Page title={t('nav.books')}>
      <TabsOf
        label={t('nav.books')}
        tabs={[
          { id: 'books', name: t('nav.books'), content: () => <BookList /> },
          { id: 'bin', name: t('book.bin'), content: () => <Bin /> },
        ]}
      />
    </Page>
  );
}

function BookList() {
  const { t, named } = useWords();
  const change = useChange('books', 'books-bin');
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<readonly Book[]>([]);
  return (
    <>
      <DataTable
        kind="books"
        label={t('nav.books')}
        searchAs="name"
        columns={[
          { id: 'name', name: t('book.name'), narrow: true, cell: (b) => b.name },
          { id: 'kind', name: t('book.kind'), cell: (b) => named('book_kind', b.kind) },
          { id: 'owner', name: t('device.owner'), cell: (b) => b.owner.name },
          { id: 'level', name: t('book.level'), cell: (b) => named('level_of', b.level) },
          { id: 'entries', name: t('book.entries'), narrow: true, cell: (b) => b.entries },
          {
            id: 'marks',
            name: t('book.marks'),
            cell: (b) => (
              <span className="row">
                {b.password_set && <Badge>{t('book.password_set')}</Badge>}
                {b.grants_access && <Badge tone="warn">{t('book.grants')}</Badge>}
              </span>
            ),
          },
          { id: 'note', name: t('note'), cell: (b) => b.note },
        ]}
        keyOf={(b) => b.guid}
        href={(b) => `/books/${b.guid}`}
        path="/books"
        bulk={(rows) => (
          <Button look="danger" onPress={() => setDeleting(rows.filter((b) => b.kind === 'shared'))}>
            {t('act.delete')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setCreating(true)}>
            {t('book.new')}
          </Button>
        }
      />
      {creating && <NewBook onClose={() => setCreating(false)} />}
      {deleting.length > 0 && (
        <Confirm
          title={t('book.delete_title', { n: deleting.length })}
          consequence={t('book.delete_means')}
          hits={deleting.map((b) => b.name)}
          act={t('act.delete')}
          onConfirm={() =>
            change(Promise.all(deleting.map((b) => take(api.DELETE('/books/{book}', { params: { path: { book: b.guid } } })))), t('act.done'))
          }
          onClose={() => setDeleting([])}
        />
      )}
    </>
  );
}

function NewBook({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('books');
  const [name, setName] = useState('');
  const [note, setNote] = useState('');
  const submit = () =>
    change(take(api.POST('/books', { params: { header: { 'Idempotency-Key': key } }, body: { name, note } })), t('act.saved'));
  return (
    <FormDialog title={t('book.new')} submit={t('act.create')} onSubmit={submit} onClose={onClose}>
      <TextField label={t('book.name')} value={name} onChange={setName} autoFocus required />
      <TextField label={t('note')} value={note} onChange={setNote} />
    </FormDialog>
  );
}

function Bin() {
  const { t } = useWords();
  const change = useChange('books', 'books-bin');
  const { fail } = useTeller();
  return (
    <DataTable
      kind="books-bin"
      label={t('book.bin')}
      columns={[
        { id: 'name', name: t('book.name'), narrow: true, cell: (b) => b.name },
        { id: 'owner', name: t('device.owner'), cell: (b) => b.owner.name },
        { id: 'deleted', name: t('book.deleted'), narrow: true, cell: (b) => <When at={b.deleted} /> },
        { id: 'expires', name: t('book.gone'), cell: (b) => <When at={b.expires} /> },
      ]}
      keyOf={(b) => b.guid}
      path="/books/bin"
      bulk={(rows, done) => (
        <Button
          onPress={() =>
            void change(
              Promise.all(rows.map((b) => take(api.POST('/books/bin/{book}/restore', { params: { path: { book: b.guid } } })))),
              t('book.restored'),
            ).then(done, fail)
          }
        >
          {t('act.restore')}
        </Button>
      )}
    />
  );
}
