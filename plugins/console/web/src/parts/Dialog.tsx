// SPDX-License-Identifier: Apache-2.0
// Dialogs: one for a form, one that asks before something is destroyed.
import type { FormEvent, ReactNode } from 'react';
import { useContext, useState } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useWords } from '../words/words';
import { SessionContext } from '../api/session';
import { AccessPreview, type Planned } from './AccessPreview';
import { Button } from './Button';
import { ErrorNote } from './ErrorNote';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
}

export function Dialog({ title, onClose, children, wide }: DialogProps) {
  return (
    <ModalOverlay className="overlay" isOpen isDismissable={false} onOpenChange={(open) => !open && onClose()}>
      <Modal className={wide ? 'modal wide' : 'modal'}>
        <AriaDialog>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface FormDialogProps extends DialogProps {
  submit: string;
  /// Does the work; what it throws is shown, and the form keeps what was typed.
  onSubmit: () => Promise<unknown>;
  danger?: boolean;
  /// The call that it makes, where it may change who reaches what.
  planned?: (() => Planned) | undefined;
}

export function FormDialog({ submit, onSubmit, danger, planned, children, ...dialog }: FormDialogProps) {
  const { t } = useWords();
  const me = useContext(SessionContext)?.me;
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await onSubmit();
      dialog.onClose();
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog {...dialog}>
      <form className="stack" onSubmit={(event) => void send(event)}>
        {children}
        {planned && me?.is_admin && <AccessPreview planned={planned} />}
        <ErrorNote error={error} />
        <div className="actions">
          <Button onPress={dialog.onClose}>{t('act.cancel')}</Button>
          <Button type="submit" look={danger ? 'danger' : 'primary'} isDisabled={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ConfirmProps {
  title: string;
  /// What it will hit: numbers and names.
  hits: readonly string[];
  /// What follows, and whether it can be undone.
  consequence: string;
  act: string;
  onConfirm: () => Promise<unknown>;
  planned?: (() => Planned) | undefined;
  onClose: () => void;
}

const kNamed = 8;

export function Confirm({ title, hits, consequence, act, onConfirm, planned, onClose }: ConfirmProps) {
  const { t } = useWords();
  return (
    <FormDialog title={title} submit={act} onSubmit={onConfirm} planned={planned} onClose={onClose} danger>
      <p>{consequence}</p>
      {hits.length > 0 && (
        <ul>
          {hits.slice(0, kNamed).map((name) => (
            <li key={name} className="isolate">
              {name}
            </li>
          ))}
          {hits.length > kNamed && <li>{t('confirm.more', { n: hits.length - kNamed })}</li>}
        </ul>
      )}
    </FormDialog>
  );
}
