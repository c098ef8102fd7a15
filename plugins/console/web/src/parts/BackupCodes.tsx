// SPDX-License-Identifier: Apache-2.0
import { useWords } from '../words/words';
import { Button } from './Button';
import { copyText } from './copyText';
import { useTeller } from './Toasts';

/// Shown once: the server keeps hashes of them alone.
export function BackupCodes({ codes }: { codes: readonly string[] }) {
  const { t } = useWords();
  const { tell, fail } = useTeller();
  return (
    <div className="stack">
      <p>{t('codes.keep')}</p>
      <div className="codes">
        {codes.map((code) => (
          <span key={code}>{code}</span>
        ))}
      </div>
      <Button onPress={() => void copyText(codes.join('\n')).then(() => tell(t('act.copied')), fail)}>{t('act.copy')}</Button>
    </div>
  );
}
