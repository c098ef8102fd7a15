// SPDX-License-Identifier: Apache-2.0
// Who is logged in, and what he may do. The server decides; this only leaves out what would be refused.
import { createContext, useContext } from 'react';
import type { Schemas } from './client';

export type Me = Schemas['Me'];

export interface Session {
  me: Me;
  /// Has the permission ("users:view") in any scope. Administrators have all.
  may(permission: string): boolean;
  refresh(): void;
  logout(): void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('no session around this component');
  return session;
}

export function mayOf(me: Me): (permission: string) => boolean {
  const granted = new Set(me.permissions.map((grant) => grant.permission));
  return (permission) => me.is_admin || granted.has(permission);
}
