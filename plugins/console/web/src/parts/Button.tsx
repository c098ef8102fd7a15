// SPDX-License-Identifier: Apache-2.0
import { Button as AriaButton, type ButtonProps } from 'react-aria-components';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

export function Button({ look = 'plain', ...props }: Omit<ButtonProps, 'className'> & { look?: Look }) {
  return <AriaButton {...props} className={`button ${look}`} />;
}
