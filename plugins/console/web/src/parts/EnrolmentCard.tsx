// SPDX-License-Identifier: Apache-2.0
import type { Schemas } from '../api/client';
import { useWords } from '../words/words';
import { TextField } from './fields';

interface Props {
  enrolment: Schemas['Enrolment'];
  code: string;
  onCode: (code: string) => void;
}

/// The secret of an authenticator application, as a picture and as text, and the first code of it.
export function EnrolmentCard({ enrolment, code, onCode }: Props) {
  const { t } = useWords();
  return (
    <div className="stack">
      <p>{t('totp.scan')}</p>
      <img className="qr" src={enrolment.qr} alt={t('totp.qr')} />
      <p className="small">
        {t('totp.or_type')} <code>{enrolment.secret}</code>
      </p>
      <TextField
        label={t('totp.first_code')}
        value={code}
        onChange={onCode}
        autoComplete="one-time-code"
        inputMode="numeric"
        required
      />
    </div>
  );
}
