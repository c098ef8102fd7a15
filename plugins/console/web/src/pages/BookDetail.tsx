// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useParams } from 'wouter';
import { api, newKey, take, type Schemas } from '../api/client';
import { findUserGroups, findUsers } from '../api/find';
import { Online, Page, When } from '../parts/bits';
import { bulkSentence } from '../parts/bulk';
import { Button } from '../parts/Button';
import { DataTable } from '../parts/DataTable';
import { FormDialog } from '../parts/Dialog';
import { ErrorNote } from '../parts/ErrorNote';
import { Select, TextField } from '../parts/fields';
import { Picker, type Found } from '../parts/Picker';
import { ExportLink, ImportButton } from '../parts/TableIO';
import { TabsOf } from '../parts/TabsOf';
import { useTeller } from '../parts/Toasts';
import { useChange } from '../parts/useChange';
import { useWords } from '../words/words';

type Entry = Schemas['Entry'];
type Level = Schemas['BookRule']['level'];

export function BookDetail() {
  const { t, named } = useWords();
  const { guid = '' } = useParams();
  const path = { book: guid };
  const book = useQuery({ queryKey: ['book', guid], queryFn: () => take(api.GET('/books/{book}', { params: { path } })) });
  const back = { href: '/books', name: t('nav.books') };
  if (!book.data) {
    return (
      <Page title={t('nav.books')} back={back}>
        <ErrorNote error={book.error} />
      </Page>
    );
  }
  const b = book.data;
  return (
    <Page
      title={b.name}
      back={back}
    >
      <p className="soft">
        {named('book_kind', b.kind)} · {b.owner.name} · {named('level_of', b.level)}
      </p>
      <TabsOf
        label={b.name}
        tabs={[
          { id: 'entries', name: t('book.entries'), content: () => <Entries guid={guid} level={b.level} /> },
          { id: 'tags', name: t('book.tags'), content: () => <Tags guid={guid} /> },
          ...(b.kind === 'shared' ? [{ id: 'rules', name: t('book.sharing'), content: () => <Rules guid={guid} /> }] : []),
          { id: 'bin', name: t('book.bin'), content: () => <EntryBin guid={guid} /> },
        ]}
      />
    </Page>
  );
}

const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);

function Entries({ guid, level }: { guid: string; level: Level }) {
  const words = useWords();
  const { t } = words;
  const change = useChange('entries', 'book', 'entry-bin', 'tags');
  const { tell, fail } = useTeller();
  const [form, setForm] = useState<Entry | 'new' | null>(null);
  const [tagging, setTagging] = useState<readonly Entry[]>([]);
  const path = { book: guid };
  const bulk = async (body: Schemas['EntryBulk']) =>
    tell(bulkSentence(await change(take(api.POST('/books/{book}/entries/bulk', { params: { path }, body }))), words));
  return (
    <>
      <DataTable
        kind="entries"
        label={t('book.entries')}
        searchAs="search"
        columns={[
          {
            id: 'id',
            name: t('device.id'),
            narrow: true,
            cell: (e) => (
              <span className="row">
                {e.registered && <Online on={e.online} />} <span className="mono">{e.id}</span>
              </span>
            ),
          },
          { id: 'alias', name: t('book.alias'), narrow: true, cell: (e) => e.alias || e.hostname },
          { id: 'tags', name: t('book.tags'), cell: (e) => e.tags.join(', ') },
          { id: 'user', name: t('device.username'), cell: (e) => e.username },
          { id: 'note', name: t('note'), cell: (e) => e.note },
          { id: 'password', name: t('login.password'), cell: (e) => (e.password_set ? t('book.set') : '') },
          {
            id: 'go',
            name: t('device.connect'),
            cell: (e) => <a href={`rustdesk://${encodeURIComponent(e.id)}`}>{t('device.connect')}</a>,
          },
        ]}
        keyOf={(e) => e.guid}
        path="/books/{book}/entries"
        at={path}
        filters={[{ id: 'untagged', name: t('book.untagged'), choices: [{ id: 'true', name: t('yes') }] }]}
        bulk={
          level === 'read'
            ? undefined
            : (rows, done) => {
                const first = rows[0];
                return (
                  <>
                    {first && rows.length === 1 && <Button onPress={() => setForm(first)}>{t('act.edit')}</Button>}
                    <Button onPress={() => setTagging(rows)}>{t('book.add_tags')}</Button>
                    <Button
                      look="danger"
                      onPress={() => void bulk({ action: 'delete', entries: rows.map((e) => e.guid) }).then(done, fail)}
                    >
                      {t('book.to_bin')}
                    </Button>
                  </>
                );
              }
        }
        extra={
          <>
            <ExportLink path={`books/${guid}`} />
            {level !== 'read' && (
              <>
                <ImportButton
                  modes
                  columns="id, alias, tags, note, username, hostname, platform"
                  send={(body) => change(take(api.POST('/books/{book}/import', { params: { path }, body })))}
                />
                <Button look="primary" onPress={() => setForm('new')}>
                  {t('book.add')}
                </Button>
              </>
            )}
          </>
        }
      />
      {form && <EntryForm guid={guid} entry={form === 'new' ? null : form} onClose={() => setForm(null)} />}
      {tagging.length > 0 && (
        <TagForm
          onClose={() => setTagging([])}
          onTags={(tags) => bulk({ action: 'add_tags', entries: tagging.map((e) => e.guid), tags })}
        />
      )}
    </>
  );
}

function TagForm({ onTags, onClose }: { onTags: (tags: string[]) => Promise<void>; onClose: () => void }) {
  const { t } = useWords();
  const [text, setText] = useState('');
  return (
    <FormDialog title={t('book.add_tags')} submit={t('act.add')} onSubmit={() => onTags(tagsOf(text))} onClose={onClose}>
      <TextField label={t('book.tags')} help={t('book.tags_help')} value={text} onChange={setText} autoFocus required />
    </FormDialog>
  );
}

function EntryForm({ guid, entry, onClose }: { guid: string; entry: Entry | null; onClose: () => void }) {
  const { t } = useWords();
  const change = useChange('entries', 'book', 'tags');
  const key = useMemo(newKey, []);
  const [id, setId] = useState(entry?.id ?? '');
  const [alias, setAlias] = useState(entry?.alias ?? '');
  const [note, setNote] = useState(entry?.note ?? '');
  const [tags, setTags] = useState(entry?.tags.join(', ') ?? '');
  const [password, setPassword] = useState('');
  const body = { alias, note, tags: tagsOf(tags), ...(password ? { password } : {}) };
  const submit = () =>
    change(
      entry
        ? take(api.PATCH('/books/{book}/entries/{entry}', { params: { path: { book: guid, entry: entry.guid } }, body }))
        : take(
            api.POST('/books/{book}/entries', {
              params: { path: { book: guid }, header: { 'Idempotency-Key': key } },
              body: { id: id.trim(), ...body },
            }),
          ),
      t('act.saved'),
    );
  return (
    <FormDialog title={entry ? entry.id : t('book.add')} submit={t('act.save')} onSubmit={submit} onClose={onClose}>
      {!entry && <TextField label={t('device.id')} help={t('book.id_help')} value={id} onChange={setId} autoFocus required />}
      <TextField label={t('book.alias')} value={alias} onChange={setAlias} />
      <TextField label={t('book.tags')} help={t('book.tags_help')} value={tags} onChange={setTags} />
      <TextField label={t('note')} value={note} onChange={setNote} long />
      <TextField
        label={t('login.password')}
        help={entry?.password_set ? t('book.password_kept') : t('book.password_help')}
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
      />
    </FormDialog>
  );
}

const hex = (colour: number): string => `#${(colour & 0xffffff).toString(16).padStart(6, '0')}`;

function Tags({ guid }: { guid: string }) {
  const { t } = useWords();
  const change = useChange('tags', 'entries');
  const { fail } = useTeller();
  return (
    <DataTable
      kind="tags"
      label={t('book.tags')}
      columns={[
        {
          id: 'name',
          name: t('book.tag'),
          narrow: true,
          cell: (tag) => (
            <span className="row">
              <span className="swatch" style={{ background: hex(tag.colour) }} /> {tag.name}
            </span>
          ),
        },
        { id: 'entries', name: t('book.entries'), narrow: true, cell: (tag) => tag.entries },
      ]}
      keyOf={(tag) => tag.name}
      path="/books/{book}/tags"
      at={{ book: guid }}
      bulk={(rows, done) => (
        <Button
          look="danger"
          onPress={() =>
            void change(
              Promise.all(
                rows.map((tag) =>
                  take(api.DELETE('/books/{book}/tags/{tag}', { params: { path: { book: guid, tag: tag.name } } })),
                ),
              ),
              t('act.done'),
            ).then(done, fail)
          }
        >
          {t('act.delete')}
        </Button>
      )}
    />
  );
}

function Rules({ guid }: { guid: string }) {
  const { t, named } = useWords();
  const change = useChange('book-rules');
  const { fail } = useTeller();
  const [adding, setAdding] = useState(false);
  return (
    <>
      <DataTable
        kind="book-rules"
        label={t('book.sharing')}
        columns={[
          {
            id: 'who',
            name: t('book.who'),
            narrow: true,
            cell: (rule) => (rule.who ? `${rule.who.name} (${named('party', rule.target)})` : named('party', rule.target)),
          },
          { id: 'level', name: t('book.level'), narrow: true, cell: (rule) => named('level_of', rule.level) },
        ]}
        keyOf={(rule) => rule.guid}
        path="/books/{book}/rules"
      at={{ book: guid }}
        bulk={(rows, done) => (
          <Button
            look="danger"
            onPress={() =>
              void change(
                Promise.all(
                  rows.map((rule) =>
                    take(api.DELETE('/books/{book}/rules/{rule}', { params: { path: { book: guid, rule: rule.guid } } })),
                  ),
                ),
                t('act.done'),
              ).then(done, fail)
            }
          >
            {t('act.delete')}
          </Button>
        )}
        extra={
          <Button look="primary" onPress={() => setAdding(true)}>
            {t('book.share')}
          </Button>
        }
      />
      {adding && <RuleForm guid={guid} onClose={() => setAdding(false)} />}
    </>
  );
}

type Target = Schemas['BookRule']['target'];
const kTargets: readonly Target[] = ['user', 'user_group', 'everyone'];
const kLevels: readonly Level[] = ['read', 'write', 'full'];

function RuleForm({ guid, onClose }: { guid: string; onClose: () => void }) {
  const { t, named } = useWords();
  const key = useMemo(newKey, []);
  const change = useChange('book-rules');
  const [target, setTarget] = useState<Target>('user');
  const [who, setWho] = useState<Found | null>(null);
  const [level, setLevel] = useState<Level>('read');
  const submit = async () => {
    if (target !== 'everyone' && !who) throw new Error(t('pick.missing'));
    const body = { target, level, who_guid: target === 'everyone' ? null : (who?.guid ?? null) };
    const params = { path: { book: guid }, header: { 'Idempotency-Key': key } };
    await change(take(api.POST('/books/{book}/rules', { params, body })), t('act.saved'));
  };
  return (
    <FormDialog title={t('book.share')} submit={t('act.add')} onSubmit={submit} onClose={onClose}>
      <Select
        label={t('book.target')}
        value={target}
        onChange={(value) => {
          setTarget(value as Target);
          setWho(null);
        }}
        choices={kTargets.map((id) => ({ id, name: named('party', id) }))}
      />
      {target !== 'everyone' && (
        <Picker
          key={target}
          label={t('book.who')}
          kind={target}
          value={who}
          onChange={setWho}
          find={target === 'user' ? findUsers : findUserGroups}
        />
      )}
      <Select
        label={t('book.level')}
        value={level}
        onChange={(value) => setLevel(value as Level)}
        choices={kLevels.map((id) => ({ id, name: named('level_of', id) }))}
      />
    </FormDialog>
  );
}

function EntryBin({ guid }: { guid: string }) {
  const words = useWords();
  const { t } = words;
  const change = useChange('entry-bin', 'entries', 'book');
  const { tell, fail } = useTeller();
  const path = { book: guid };
  const restore = (entries: string[]) => change(take(api.POST('/books/{book}/bin/restore', { params: { path }, body: { entries } })));
  const empty = (entries: string[]) => change(take(api.POST('/books/{book}/bin/empty', { params: { path }, body: { entries } })));
  return (
    <DataTable
      kind="entry-bin"
      label={t('book.bin')}
      columns={[
        { id: 'id', name: t('device.id'), narrow: true, cell: (e) => e.id },
        { id: 'alias', name: t('book.alias'), cell: (e) => e.alias },
        { id: 'deleted', name: t('book.deleted'), narrow: true, cell: (e) => <When at={e.deleted} /> },
        { id: 'expires', name: t('book.gone'), cell: (e) => <When at={e.expires} /> },
      ]}
      keyOf={(e) => e.guid}
      path="/books/{book}/bin"
        at={path}
      bulk={(rows, done) => {
        const entries = rows.map((e) => e.guid);
        const run = (work: Promise<Schemas['BulkAnswer']>) =>
          void work.then((answer) => {
            tell(bulkSentence(answer, words));
            done();
          }, fail);
        return (
          <>
            <Button onPress={() => run(restore(entries))}>{t('act.restore')}</Button>
            <Button look="danger" onPress={() => run(empty(entries))}>
              {t('book.forget')}
            </Button>
          </>
        );
      }}
    />
  );
}
