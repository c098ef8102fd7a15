// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from './en.json';
import { chooseLanguage, kLanguages, makeWords, type Key } from './words';

const plain = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');
const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe('every language', () => {
  for (const [language, { load }] of Object.entries(kLanguages)) {
    it(`${language} has each key of English, no other, and the same names in braces`, async () => {
      const table = (await load()).default;
      expect([...new Set(Object.keys(table).map(plain))].sort()).toEqual([...new Set(Object.keys(en).map(plain))].sort());
      for (const [key, text] of Object.entries(en)) {
        const theirs = table[key];
        if (theirs === undefined || key.endsWith('_one')) continue; // "one" may be said without its number
        expect(names(theirs), key).toEqual(names(text));
      }
    });
    it(`${language} has the plural forms that its grammar asks for`, async () => {
      const table = (await load()).default;
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((form) => form !== 'many');
      for (const key of Object.keys(en).filter((each) => each.endsWith('_other'))) {
        for (const form of forms) expect(table, key).toHaveProperty([`${plain(key)}_${form}`]);
      }
    });
  }
});

it('every word that a component names is there', () => {
  const known = new Set(Object.keys(en).map(plain));
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.test.ts'));
  for (const file of files) {
    for (const match of readFileSync(`src/${file}`, 'utf8').matchAll(/\bt\('([^']+)'/g)) {
      expect(known, `${file}: ${match[1]}`).toContain(match[1]);
    }
  }
});

describe('words', () => {
  const words = makeWords('en', en, () => Date.parse('2026-01-02T00:00:00Z'));
  it('choose the plural by n and write numbers as the language does', () => {
    expect(words.t('list.total' as Key, { n: 1 })).toBe('1 row');
    expect(words.t('list.total' as Key, { n: 12345 })).toBe('12,345 rows');
  });
  it('say how long ago something was', () => {
    expect(words.ago('2026-01-01T00:00:00Z')).toBe('yesterday');
    expect(words.ago('2026-01-01T23:30:00Z')).toBe('30 minutes ago');
    expect(words.ago(null)).toBe('');
  });
  it('show a name of the server that they do not know as it is', () => {
    expect(words.named('device_state', 'pending')).toBe('waiting');
    expect(words.named('device_state', 'brand_new')).toBe('brand_new');
  });
  it('take the first language that is there', () => {
    expect(chooseLanguage(['', 'xx-YY', 'it-CH', 'en'])).toBe('it');
    expect(chooseLanguage(['xx'])).toBe('en');
  });
});
