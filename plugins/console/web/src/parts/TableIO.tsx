// SPDX-License-Identifier: Apache-2.0
// Lists as files, out and in; an import is tried first, and says what would come of it.
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { take, type Schemas } from '../api/client';
import { useWords } from '../words/words';
import { Button } from './Button';
import { FormDialog } from './Dialog';
import { ErrorNote } from './ErrorNote';
import { Select } from './fields';

/// The list's own filters, as a file. `path`: below the API, "devices".
export function ExportLink({ path }: { path: string }) {
  const [params] = useSearchParams();
  const query = new URLSearchParams(params);
  for (const name of ['tab', 'cursor', 'sort']) query.delete(name);
  query.set('format', 'csv');
  const name = path.split('/')[0] ?? path;
  return (
    <a className="button" href={`/api/admin/v1/${path}/export?${query.toString()}`} download={`${name}.csv`}>
      CSV
    </a>
  );
}

type Mode = 'add' | 'update' | 'replace';
export interface Table {
  text: string;
  dry_run: boolean;
  mode: Mode;
}

interface Props {
  columns: string;
  modes?: boolean;
  send: (table: Table) => ReturnType<typeof take<Schemas['ImportAnswer']>>;
  onClose: () => void;
}

export function ImportDialog({ columns, modes, send, onClose }: Props) {
  const { t, named } = useWords();
  const [text, setText] = useState('');
  const [mode, setMode] = useState<Mode>('update');
  const [answer, setAnswer] = useState<Schemas['ImportAnswer'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const look = (content: string, how: Mode) => {
    setError(null);
    setAnswer(null);
    if (content) send({ text: content, dry_run: true, mode: how }).then(setAnswer, setError);
  };
  const choose = async (file: File | undefined) => {
    const content = file ? await file.text() : '';
    setText(content);
    look(content, mode);
  };
  const submit = async () => {
    if (!text) throw new Error(t('import.none'));
    await send({ text, dry_run: false, mode });
  };
  return (
    <FormDialog title={t('import.title')} submit={t('import.do')} onSubmit={submit} onClose={onClose}>
      <label className="field">
        <span className="label">{t('import.file')}</span>
        <input type="file" accept=".csv,text/csv" onChange={(event) => void choose(event.target.files?.[0])} />
        <span className="help">{t('import.columns', { columns })}</span>
      </label>
      {modes && (
        <Select
          label={t('import.mode')}
          value={mode}
          onChange={(value) => {
            setMode(value as Mode);
            look(text, value as Mode);
          }}
          choices={(['add', 'update', 'replace'] as const).map((id) => ({ id, name: named('import_mode', id) }))}
        />
      )}
      <ErrorNote error={error} />
      <div role="status" className="stack tight">
        {answer && (
          <p>
            {t('import.would', { added: answer.added, updated: answer.updated, removed: answer.removed, failures: answer.failures })}
          </p>
        )}
        {answer && answer.failed.length > 0 && (
          <ul>
            {answer.failed.slice(0, 8).map((row) => (
              <li key={row.line} className="isolate">
                {row.line}: {row.id} · {row.detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </FormDialog>
  );
}

/// Both, where one may change: a link, and a button that opens the dialog.
export function ImportButton(props: Omit<Props, 'onClose'>) {
  const { t } = useWords();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)}>{t('import.title')}</Button>
      {open && <ImportDialog {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
