// SPDX-License-Identifier: Apache-2.0
// Words in the user's language. A key that a language lacks is shown in English; `key_one`, `key_other` and so on are
// chosen by the number `n`.
import { createContext, useContext } from 'react';
import en from './en.json';

type Plain<K> = K extends `${infer Base}_${'zero' | 'one' | 'two' | 'few' | 'many' | 'other'}` ? Base : K;
export type Key = Plain<keyof typeof en>;
type Table = Partial<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;

export const kLanguages: Readonly<Record<string, { name: string; load: () => Promise<{ default: Table }> }>> = {
  en: { name: 'English', load: () => Promise.resolve({ default: en }) },
  it: { name: 'Italiano', load: () => import('./it.json') },
};

export interface Words {
  locale: string;
  t(key: Key, values?: Values): string;
  /// For words that come from the server's enumerations: `prefix.value`, or the value itself where no word is known.
  named(prefix: string, value: string): string;
  date(text: string | null | undefined): string;
  number(value: number): string;
  bytes(value: number): string;
  ago(text: string | null | undefined): string;
}

const fill = (text: string, values: Values): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));

const kUnits: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

export function makeWords(locale: string, table: Table, now: () => number = Date.now): Words {
  const plural = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const english: Table = en;
  const find = (key: string, values: Values): string | undefined => {
    const n = values.n;
    if (typeof n === 'number') {
      const counted = table[`${key}_${plural.select(n)}`] ?? table[`${key}_other`] ?? english[`${key}_other`];
      if (counted !== undefined) return counted;
    }
    return table[key] ?? english[key];
  };
  const shown = (values: Values): Values =>
    Object.fromEntries(Object.entries(values).map(([k, v]) => [k, typeof v === 'number' ? numbers.format(v) : v]));
  return {
    locale,
    t: (key, values = {}) => fill(find(key, values) ?? key, shown(values)),
    named: (prefix, value) => (value === '' ? '' : (find(`${prefix}.${value}`, {}) ?? value)),
    date: (text) => (text ? dates.format(new Date(text)) : ''),
    number: (value) => numbers.format(value),
    bytes: (value) => {
      const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
      const step = Math.min(Math.floor(Math.log(Math.max(value, 1)) / Math.log(1000)), steps.length - 1);
      const format = { style: 'unit', unit: steps[step] ?? 'byte', maximumFractionDigits: 1 } as const;
      return new Intl.NumberFormat(locale, format).format(value / 1000 ** step);
    },
    ago: (text) => {
      if (!text) return '';
      const seconds = (new Date(text).getTime() - now()) / 1000;
      for (const [unit, size] of kUnits) {
        if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
      }
      return relative.format(0, 'minute');
    },
  };
}

/// The first of the wanted languages that is there.
export function chooseLanguage(wanted: readonly string[]): string {
  for (const each of wanted) {
    const base = each.toLowerCase().split('-')[0] ?? '';
    if (base in kLanguages) return base;
  }
  return 'en';
}

const kStored = 'junctor.language';
export const storedLanguage = (): string | null => localStorage.getItem(kStored);
export const storeLanguage = (language: string): void => localStorage.setItem(kStored, language);

export const WordsContext = createContext<Words>(makeWords('en', en));
export const useWords = (): Words => useContext(WordsContext);
