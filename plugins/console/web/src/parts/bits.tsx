// SPDX-License-Identifier: Apache-2.0
// Small things that many pages show.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useWords } from '../words/words';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

export const Badge = ({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) => (
  <span className={`badge ${tone}`}>{children}</span>
);

export function Online({ on }: { on: boolean }) {
  const { t } = useWords();
  return <span className={on ? 'dot on' : 'dot'} role="img" aria-label={on ? t('device.online') : t('device.offline')} />;
}

export function When({ at }: { at: string | null | undefined }) {
  const words = useWords();
  if (!at) return <span className="soft">{words.t('never')}</span>;
  return (
    <time dateTime={at} title={words.date(at)}>
      {words.ago(at)}
    </time>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd className="isolate">{value === '' || value === null || value === undefined ? '–' : value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface PageProps {
  title: ReactNode;
  back?: { href: string; name: string };
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, back, actions, children }: PageProps) {
  return (
    <div className="page">
      <div className="row between">
        <div className="stack tight">
          {back && (
            <Link href={back.href} className="small">
              ← {back.name}
            </Link>
          )}
          <h1 className="isolate">{title}</h1>
        </div>
        {actions && <div className="row">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export const Card = ({ title, children }: { title?: ReactNode; children: ReactNode }) => (
  <section className="card">
    {title && <h2>{title}</h2>}
    {children}
  </section>
);
