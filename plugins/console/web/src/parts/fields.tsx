// SPDX-License-Identifier: Apache-2.0
// Form fields: a label, the control, help, and what the server found wrong with it.
import type { ReactNode } from 'react';
import {
  Checkbox as AriaCheckbox,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  Button as AriaButton,
  SelectValue,
  Text,
  TextArea,
  TextField as AriaTextField,
} from 'react-aria-components';

interface Common {
  label: string;
  help?: ReactNode;
  /// The server's sentence about this field.
  wrong?: string | undefined;
}

function Below({ help, wrong }: Pick<Common, 'help' | 'wrong'>) {
  return (
    <>
      {help && (
        <Text slot="description" className="help">
          {help}
        </Text>
      )}
      {wrong && (
        <Text slot="errorMessage" className="wrong">
          {wrong}
        </Text>
      )}
    </>
  );
}

interface TextProps extends Common {
  value: string;
  onChange: (value: string) => void;
  type?: 'text' | 'password' | 'email' | 'datetime-local' | 'number';
  required?: boolean;
  readOnly?: boolean;
  long?: boolean;
  autoFocus?: boolean;
  autoComplete?: string;
  inputMode?: 'numeric';
  maxLength?: number;
}

export function TextField({ label, help, wrong, long, required, readOnly, ...props }: TextProps) {
  return (
    <AriaTextField
      {...props}
      className="field"
      isRequired={required ?? false}
      isReadOnly={readOnly ?? false}
      isInvalid={Boolean(wrong)}
      validationBehavior="aria"
    >
      <Label>{label}</Label>
      {long ? <TextArea className="input" dir="auto" /> : <Input className="input" dir="auto" />}
      <Below help={help} wrong={wrong} />
    </AriaTextField>
  );
}

export function SearchField({ label, value, onChange }: { label: string; value: string; onChange: (v: string) => void }) {
  return (
    <AriaSearchField className="field search" value={value} onChange={onChange} aria-label={label}>
      <Input className="input" placeholder={label} dir="auto" />
    </AriaSearchField>
  );
}

export interface Choice {
  id: string;
  name: string;
}

interface SelectProps extends Common {
  value: string;
  onChange: (value: string) => void;
  choices: readonly Choice[];
  disabled?: boolean;
}

/// One of a few. For many things that the server has, see Picker.
export function Select({ label, help, wrong, value, onChange, choices, disabled }: SelectProps) {
  return (
    <AriaSelect
      className="field"
      selectedKey={value}
      onSelectionChange={(key) => onChange(String(key ?? ''))}
      isDisabled={disabled ?? false}
      isInvalid={Boolean(wrong)}
      validationBehavior="aria"
      placeholder=" "
    >
      <Label>{label}</Label>
      <AriaButton className="select-button">
        <SelectValue />
        <span aria-hidden="true">▾</span>
      </AriaButton>
      <Below help={help} wrong={wrong} />
      <Popover className="popover">
        <ListBox items={choices}>
          {(choice) => (
            <ListBoxItem id={choice.id} textValue={choice.name} className="option">
              {choice.name}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

interface CheckProps {
  label: ReactNode;
  value: boolean;
  onChange: (value: boolean) => void;
  help?: string;
  disabled?: boolean;
}

export function Check({ label, value, onChange, help, disabled }: CheckProps) {
  return (
    <div className="field">
      <AriaCheckbox className="check" isSelected={value} onChange={onChange} isDisabled={disabled ?? false}>
        <span className="box" aria-hidden="true">
          {value ? '✓' : ''}
        </span>
        <span>{label}</span>
      </AriaCheckbox>
      {help && <span className="help">{help}</span>}
    </div>
  );
}
