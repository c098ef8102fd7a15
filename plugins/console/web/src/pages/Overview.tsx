// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link } from 'wouter';
import { api, take } from '../api/client';
import { useSession } from '../api/session';
import { Badge, Card, Page, When } from '../parts/bits';
import { ErrorNote } from '../parts/ErrorNote';
import { SiteCard } from '../parts/SiteCard';
import { TabsOf } from '../parts/TabsOf';
import { useWords } from '../words/words';

const HistoryChart = lazy(() => import('../parts/HistoryChart').then((m) => ({ default: m.HistoryChart })));

const kEvery = 15_000;

export function Overview() {
  const words = useWords();
  const { t, number } = words;
  const { me } = useSession();
  const overview = useQuery({ queryKey: ['overview'], queryFn: () => take(api.GET('/overview')), refetchInterval: kEvery });
  const data = overview.data;
  const figures: readonly (readonly [string, number, string, ('warn' | 'bad' | '')?])[] = data
    ? [
        [t('overview.online'), data.devices_online, '/devices?online=true'],
        [t('overview.devices'), data.devices, '/devices'],
        [t('overview.pending'), data.devices_pending, '/devices?state=pending', data.devices_pending > 0 ? 'warn' : ''],
        [t('overview.conflicts'), data.devices_conflicting, '/devices?conflict=true', data.devices_conflicting > 0 ? 'bad' : ''],
        [t('overview.connections'), data.connections, '/live'],
        [t('overview.users'), data.users, '/users'],
        [t('overview.alarms'), data.alarms_today, '/logs?tab=alarms', data.alarms_today > 0 ? 'warn' : ''],
        [t('overview.failed'), data.failed_logins_today, '/logs?tab=logins&success=false'],
      ]
    : [];
  const open = data?.first_steps.filter((step) => !step.done) ?? [];
  return (
    <Page title={t('overview.hello', { name: me.display_name || me.name })}>
      <ErrorNote error={overview.error} />
      <div className="grid narrow">
        {figures.map(([name, value, href, tone]) => (
          <Link key={name} href={href} className="card">
            <span className="soft small">{name}</span>
            <span className="figure">{number(value)}</span>
            {tone && <Badge tone={tone}>{t('overview.look')}</Badge>}
          </Link>
        ))}
      </div>
      {open.length > 0 && (
        <Card title={t('overview.first_steps')}>
          <ul className="stack tight">
            {open.map((step) => (
              <li key={step.step}>{step.help || words.named('first', step.step)}</li>
            ))}
          </ul>
        </Card>
      )}
      <Card title={t('overview.history')}>
        <TabsOf
          label={t('overview.history')}
          tabs={(['day', 'month'] as const).map((span) => ({
            id: span,
            name: t(`overview.${span}`),
            content: () => (
              <Suspense fallback={<div className="chart" />}>
                <HistoryChart span={span} />
              </Suspense>
            ),
          }))}
        />
      </Card>
      <div className="grid">
        <SiteCard />
        {data && data.alarms.length > 0 && (
          <Card title={t('overview.last_alarms')}>
            <ul className="stack tight">
              {data.alarms.map((alarm) => (
                <li key={alarm.guid} className="isolate">
                  {alarm.text} · {alarm.device_id || alarm.account} · <When at={alarm.time} />
                </li>
              ))}
            </ul>
          </Card>
        )}
        {data && <Share title={t('overview.systems')} counts={data.systems} />}
        {data && <Share title={t('overview.versions')} counts={data.versions} />}
      </div>
    </Page>
  );
}

function Share({ title, counts }: { title: string; counts: readonly { name: string; count: number }[] }) {
  const { number } = useWords();
  if (counts.length === 0) return null;
  const most = Math.max(...counts.map((each) => each.count));
  return (
    <Card title={title}>
      <ul className="stack tight">
        {counts.map((each) => (
          <li key={each.name} className="row">
            <span className="grow isolate">{each.name || '–'}</span>
            <meter min={0} max={most} value={each.count} aria-label={each.name} />
            <span>{number(each.count)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
