// SPDX-License-Identifier: Apache-2.0
// What surrounds every page: navigation, the palette, and who is logged in. Pages are loaded when they are first opened.
import { lazy, Suspense, useEffect, useState, type ComponentType } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';
import { useSession, type Session } from './api/session';
import icon from './icon.svg';
import { Button } from './parts/Button';
import { CommandPalette } from './parts/CommandPalette';
import { type Key, useWords } from './words/words';

const page = <M extends Record<N, ComponentType>, N extends string>(load: () => Promise<M>, name: N) =>
  lazy(() => load().then((module) => ({ default: module[name] })));

const Overview = page(() => import('./pages/Overview'), 'Overview');
const Devices = page(() => import('./pages/Devices'), 'Devices');
const DeviceDetail = page(() => import('./pages/DeviceDetail'), 'DeviceDetail');
const Users = page(() => import('./pages/Users'), 'Users');
const UserDetail = page(() => import('./pages/UserDetail'), 'UserDetail');
const Groups = page(() => import('./pages/Groups'), 'Groups');
const Access = page(() => import('./pages/Access'), 'Access');
const Books = page(() => import('./pages/Books'), 'Books');
const BookDetail = page(() => import('./pages/BookDetail'), 'BookDetail');
const Strategies = page(() => import('./pages/Strategies'), 'Strategies');
const StrategyDetail = page(() => import('./pages/StrategyDetail'), 'StrategyDetail');
const Roles = page(() => import('./pages/Roles'), 'Roles');
const Logs = page(() => import('./pages/Logs'), 'Logs');
const Live = page(() => import('./pages/Live'), 'Live');
const Tokens = page(() => import('./pages/Tokens'), 'Tokens');
const Settings = page(() => import('./pages/Settings'), 'Settings');
const Account = page(() => import('./pages/Account'), 'Account');

export interface Place {
  href: string;
  name: Key;
  shown: (session: Session) => boolean;
}

const always = () => true;
const admin = (session: Session) => session.me.is_admin;
const may = (permission: string) => (session: Session) => session.may(permission);

export const kPlaces: readonly Place[] = [
  { href: '/', name: 'nav.overview', shown: always },
  { href: '/devices', name: 'nav.devices', shown: always },
  { href: '/users', name: 'nav.users', shown: may('users:view') },
  { href: '/groups', name: 'nav.groups', shown: (s) => s.may('user-groups:view') || s.may('device-groups:view') },
  { href: '/access', name: 'nav.access', shown: admin },
  { href: '/books', name: 'nav.books', shown: always },
  { href: '/strategies', name: 'nav.strategies', shown: may('strategies:view') },
  { href: '/roles', name: 'nav.roles', shown: (s) => s.me.is_admin || s.may('control-roles:view') },
  { href: '/live', name: 'nav.live', shown: always },
  { href: '/logs', name: 'nav.logs', shown: always },
  { href: '/tokens', name: 'nav.tokens', shown: admin },
  { href: '/settings', name: 'nav.settings', shown: admin },
  { href: '/account', name: 'nav.account', shown: always },
];

export function Frame() {
  const { t } = useWords();
  const session = useSession();
  const [where] = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [where]);
  const places = kPlaces.filter((place) => place.shown(session));
  const current = (href: string) => (href === '/' ? where === '/' : where.startsWith(href));
  useEffect(() => {
    const place = kPlaces.find((each) => current(each.href));
    document.title = place ? `${t(place.name)} · Junctor` : 'Junctor';
  });
  return (
    <>
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      <CommandPalette places={places} />
      <div className="frame">
        <aside className={open ? 'side open' : 'side'} aria-label={t('nav.label')}>
          <Link href="/" className="brand">
            <img src={icon} alt="" /> Junctor
          </Link>
          <nav aria-label={t('nav.pages')}>
            {places.map((place) => (
              <Link key={place.href} href={place.href} aria-current={current(place.href) ? 'page' : undefined}>
                {t(place.name)}
              </Link>
            ))}
          </nav>
          <div className="who stack tight">
            <span className="soft small isolate">{session.me.display_name || session.me.name}</span>
            <Button onPress={session.logout}>{t('act.logout')}</Button>
          </div>
        </aside>
        <div className="main">
          <header className="topbar">
            <Button look="quiet" aria-label={t('nav.menu')} aria-expanded={open} onPress={() => setOpen(!open)}>
              ☰
            </Button>
            <strong>Junctor</strong>
          </header>
          <main id="content" tabIndex={-1}>
            <Suspense fallback={<div className="page soft">{t('list.loading')}</div>}>
              <Switch>
                <Route path="/" component={Overview} />
                <Route path="/devices" component={Devices} />
                <Route path="/devices/:guid" component={DeviceDetail} />
                <Route path="/users" component={Users} />
                <Route path="/users/:guid" component={UserDetail} />
                <Route path="/groups" component={Groups} />
                <Route path="/access" component={Access} />
                <Route path="/books" component={Books} />
                <Route path="/books/:guid" component={BookDetail} />
                <Route path="/strategies" component={Strategies} />
                <Route path="/strategies/:guid" component={StrategyDetail} />
                <Route path="/roles" component={Roles} />
                <Route path="/live" component={Live} />
                <Route path="/logs" component={Logs} />
                <Route path="/tokens" component={Tokens} />
                <Route path="/settings" component={Settings} />
                <Route path="/account" component={Account} />
                <Route>
                  <div className="page">
                    <h1>{t('error.no_page')}</h1>
                  </div>
                </Route>
              </Switch>
            </Suspense>
          </main>
        </div>
      </div>
    </>
  );
}
