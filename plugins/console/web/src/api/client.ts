// SPDX-License-Identifier: Apache-2.0
// The one way to the server: typed by the admin API's own document, with its errors in its own words.
import createClient from 'openapi-fetch';
import type { components, paths } from './generated';

export type Schemas = components['schemas'];

/// A refusal as the server words it (problem+json), or that there was no answer at all.
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly fields: ReadonlyMap<string, string>,
  ) {
    super(message);
  }
  get isConflict(): boolean {
    return this.status === 412;
  }
  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

/// Asks the person for a proof; true: it was given.
type AskProof = () => Promise<boolean>;

let csrf = '';
let askProof: AskProof | null = null;
let onSignedOut: () => void = () => undefined;

/// The token that goes with every change of a session; empty: none is known.
export function setCsrf(token: string | null | undefined): void {
  csrf = token ?? '';
}
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

export function whenProofIsAsked(ask: AskProof): () => void {
  askProof = ask;
  return () => {
    askProof = null;
  };
}

const client = createClient<paths>({ baseUrl: '/api/admin/v1', credentials: 'same-origin' });

/// Calls on their way, to be sent again once a proof was given.
const sent = new Map<string, Request>();

client.use({
  onRequest({ request, id }) {
    if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
    if (request.method !== 'GET') sent.set(id, request.clone());
    return request;
  },
  async onResponse({ response, id }) {
    const again = sent.get(id);
    sent.delete(id);
    if (response.status !== 403 || !again || !askProof) return undefined;
    const problem = (await response.clone().json()) as Partial<Schemas['Problem']>;
    return problem.reason === 'proof_required' && (await askProof()) ? fetch(again) : undefined;
  },
  onError({ id }) {
    sent.delete(id);
  },
});

export const api = client;

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function toError(response: Response, body: unknown): ApiError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Schemas['Problem']>;
  const fields = new Map((problem.errors ?? []).map((each) => [each.field, each.detail]));
  const message = problem.detail || problem.title || `HTTP ${response.status}`;
  return new ApiError(response.status, problem.reason ?? '', message, fields);
}

/// The body of a good answer; everything else is thrown as an ApiError.
export async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  let got: Answer<T>;
  try {
    got = await answer;
  } catch {
    throw new ApiError(0, 'unreachable', '', new Map());
  }
  if (got.response.ok) return got.data as T;
  const error = toError(got.response, got.error);
  if (error.isSignedOut) onSignedOut();
  throw error;
}

/// As take, with the ETag that a later change must name.
export async function takeTagged<T>(answer: Promise<Answer<T>>): Promise<{ value: T; etag: string }> {
  let etag = '';
  const value = await take(
    answer.then((got) => {
      etag = got.response.headers.get('ETag') ?? '';
      return got;
    }),
  );
  return { value, etag };
}

/// The calls that answer with a page of rows.
export type ListPath = {
  [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': { items: unknown[] } } } } } }
    ? P
    : never;
}[keyof paths];
type ListOf<P extends ListPath> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer L } } } };
}
  ? L
  : never;
export type RowOf<P extends ListPath> = ListOf<P> extends { items: (infer T)[] } ? T : never;

interface Page<T> {
  items: readonly T[];
  next?: string | null;
  total?: number;
}
type AnyGet = <T>(path: string, init: { params: { path: object; query: object } }) => Promise<Answer<Page<T>>>;

/// One page. What is asked for comes from the page's address: the server checks it, not the compiler.
export function list<P extends ListPath>(path: P, at: object, query: object): Promise<Page<RowOf<P>>> {
  return take((api.GET as unknown as AnyGet)<RowOf<P>>(path, { params: { path: at, query } }));
}

/// For calls that create: the same key again gives the first answer again.
export const newKey = (): string => crypto.randomUUID();
