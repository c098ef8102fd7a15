// SPDX-License-Identifier: Apache-2.0
// Who would gain and who would lose access by a change that is about to be made: the server carries it out, compares,
// and takes it back.
import { useState } from 'react';
import { api, take, type Schemas } from '../api/client';
import { useWords } from '../words/words';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';

/// The call that the change is.
export type Planned = Schemas['Preview'];

export function AccessPreview({ planned }: { planned: () => Planned }) {
  const { t } = useWords();
  const [answer, setAnswer] = useState<Schemas['PreviewAnswer'] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const ask = () => {
    setAnswer(null);
    setError(null);
    try {
      take(api.POST('/access/preview', { body: planned() })).then(setAnswer, setError);
    } catch (caught) {
      setError(caught);
    }
  };
  return (
    <div className="stack tight">
      <Button onPress={ask}>{t('preview.ask')}</Button>
      <ErrorNote error={error} />
      <div role="status" className="stack tight">
        {answer && answer.gained + answer.lost === 0 && <p>{t('preview.nothing')}</p>}
        {answer && <Pairs title={t('preview.gained', { n: answer.gained })} count={answer.gained} rows={answer.gains} />}
        {answer && <Pairs title={t('preview.lost', { n: answer.lost })} count={answer.lost} rows={answer.losses} />}
      </div>
    </div>
  );
}

const kNamed = 20;

function Pairs({ title, count, rows }: { title: string; count: number; rows: readonly Schemas['PreviewRow'][] }) {
  const { t } = useWords();
  if (count === 0) return null;
  return (
    <>
      <strong>{title}</strong>
      <ul>
        {rows.slice(0, kNamed).map((row) => (
          <li key={`${row.user.guid} ${row.device.id}`} className="isolate" title={row.explanation}>
            {row.user.name} → {row.device.name ? `${row.device.id} · ${row.device.name}` : row.device.id}
          </li>
        ))}
        {count > kNamed && <li>{t('confirm.more', { n: count - kNamed })}</li>}
      </ul>
    </>
  );
}
