// SPDX-License-Identifier: Apache-2.0
// provider.mjs DIRECTORY CERTIFICATE KEY CALLBACK: an OpenID provider (oidc-provider) on https://localhost, which lets
// in whomever the test names, and a front before it that spoils what the test wants spoilt. DIRECTORY/port says where.
//   POST /control {"account": {claims}, "spoil": "nonce", "rotate": true}   what is so from now on
//   GET /control/walk?url=...    a browser: follows the way until it leads back to CALLBACK, and says with what
//   GET /control/asked           how often the key set was asked for
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import Provider from 'oidc-provider';

const [directory, certificate, key, callback] = process.argv.slice(2);
const ca = readFileSync(certificate);

let serial = 0;
function newKey() {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const kid = `key-${++serial}`;
  const jwk = { ...pair.privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
  return { kid, jwk, privateKey: pair.privateKey, publicKey: pair.publicKey };
}
const first = newKey();
let current = first; // signs; the provider's own signature is replaced
const state = { account: { sub: 'ada' }, spoil: '', asked: 0 };

const server = createServer({ cert: ca, key: readFileSync(key) });
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `https://localhost:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [{ client_id: 'junctor', client_secret: 'a secret: + & %', redirect_uris: [callback] }],
  jwks: { keys: [first.jwk] },
  cookies: { keys: ['for tests'] },
  pkce: { required: () => true, methods: ['S256'] },
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups', '_claim_names'], email: ['email', 'email_verified'] },
  findAccount: () => ({ accountId: state.account.sub, claims: async () => state.account }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 600, IdToken: 600 },
});
const serveProvider = provider.callback();

async function finishInteraction(req, res) {
  if (state.spoil === 'denied') {
    await provider.interactionFinished(req, res, { error: 'access_denied' });
    return;
  }
  const { prompt, params } = await provider.interactionDetails(req, res);
  const result = { login: { accountId: state.account.sub } };
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ accountId: state.account.sub, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true });
}

// ---- tokens as the test wants them ----

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

const changes = {
  issuer: (claims) => ({ ...claims, iss: 'https://evil.example.org' }),
  audience: (claims) => ({ ...claims, aud: 'somebody else' }),
  party: (claims) => ({ ...claims, aud: ['junctor', 'other'], azp: 'other' }),
  nonce: (claims) => ({ ...claims, nonce: 'another' }),
  no_nonce: ({ nonce: _, ...claims }) => claims,
  expired: (claims) => ({ ...claims, iat: claims.iat - 4000, exp: claims.iat - 121 }),
  barely_expired: (claims) => ({ ...claims, iat: claims.iat - 4000, exp: claims.iat - 30 }),
  no_end: ({ exp: _, ...claims }) => claims,
  not_yet: (claims) => ({ ...claims, nbf: claims.iat + 4000 }),
  future: (claims) => ({ ...claims, iat: claims.iat + 4000, exp: claims.iat + 8000 }),
  no_subject: ({ sub: _, ...claims }) => claims,
};

function signed(claims) {
  const head = { typ: 'JWT', alg: 'RS256', kid: current.kid };
  const body = (with_head) => `${encode(with_head)}.${encode(claims)}`;
  if (state.spoil === 'none') return `${body({ ...head, alg: 'none' })}.`;
  if (state.spoil === 'hmac') {
    const text = body({ ...head, alg: 'HS256' });
    const secret = current.publicKey.export({ type: 'spki', format: 'pem' });
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  }
  const text = body(head);
  const by = state.spoil === 'stranger' ? newKey() : current;
  const signature = sign('RSA-SHA256', Buffer.from(text), by.privateKey).toString('base64url');
  return state.spoil === 'garbage' ? `${text}.AAAA${signature.slice(4)}` : `${text}.${signature}`;
}

function spoilToken(body) {
  if (!body.id_token) return body;
  const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url'));
  return { ...body, id_token: signed((changes[state.spoil] ?? ((same) => same))(claims)) };
}

/// What the provider would send, as text.
function captured(req, res, change) {
  const chunks = [];
  res.write = (chunk) => (chunks.push(Buffer.from(chunk)), true);
  const end = res.end.bind(res);
  res.end = (chunk) => {
    if (chunk) chunks.push(Buffer.from(chunk));
    const text = change(Buffer.concat(chunks).toString());
    res.removeHeader('content-length');
    return end(text);
  };
  serveProvider(req, res);
}

// ---- the browser ----

function get(url, cookies) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ca, headers: { cookie: [...cookies].map((each) => each.join('=')).join('; ') } }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function walk(from) {
  const cookies = new Map();
  let url = from;
  for (let steps = 0; steps < 20; ++steps) {
    if (url.startsWith(callback)) return url;
    const answer = await get(url, cookies);
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [name, value] = line.split(';')[0].split('=');
      if (value) cookies.set(name, value);
      else cookies.delete(name);
    }
    if (!answer.headers.location) return `status ${answer.statusCode}`;
    url = new URL(answer.headers.location, url).href;
  }
  return 'too many steps';
}

// ---- the front ----

async function body(req) {
  let text = '';
  for await (const chunk of req) text += chunk;
  return text;
}

async function control(req, res, url) {
  if (req.method === 'POST') {
    const { rotate, ...told } = JSON.parse(await body(req));
    Object.assign(state, told);
    if (rotate) current = newKey();
    return res.end('ok');
  }
  if (url.pathname === '/control/walk') return res.end(await walk(url.searchParams.get('url')));
  return res.end(String(state.asked));
}

function publicKeys() {
  const { kty, n, e, kid, use, alg } = current.jwk;
  return JSON.stringify({ keys: [{ kty, n, e, kid, use, alg }, { kty: 'oct', kid: 'odd', k: 'AAAA' }] });
}

server.on('request', (req, res) => {
  const url = new URL(req.url, issuer);
  const fail = (error) => res.writeHead(500).end(String(error));
  if (url.pathname.startsWith('/control')) return void control(req, res, url).catch(fail);
  if (url.pathname.startsWith('/interaction/')) return void finishInteraction(req, res).catch(fail);
  if (url.pathname === '/jwks') {
    ++state.asked;
    return res.setHeader('content-type', 'application/json').end(publicKeys());
  }
  if (url.pathname === '/.well-known/openid-configuration' && state.spoil === 'self') {
    return captured(req, res, (text) => JSON.stringify({ ...JSON.parse(text), issuer: 'https://evil.example.org' }));
  }
  if (url.pathname === '/.well-known/openid-configuration' && state.spoil === 'plain') {
    return captured(req, res, (text) => JSON.stringify({ ...JSON.parse(text), token_endpoint: 'http://evil.example.org/' }));
  }
  if (url.pathname === '/token' && state.spoil === 'silent') return undefined;
  if (url.pathname === '/token' && state.spoil === 'drip') {
    res.writeHead(200, { 'content-type': 'application/json' });
    const timer = setInterval(() => res.write(' '), 50);
    return void res.on('close', () => clearInterval(timer));
  }
  if (url.pathname === '/token' && state.spoil === 'huge') return res.end(' '.repeat(4 << 20));
  if (url.pathname === '/token' && state.spoil === 'page') return res.end('<html>maintenance</html>');
  if (url.pathname === '/token') return captured(req, res, (text) => JSON.stringify(spoilToken(JSON.parse(text))));
  return serveProvider(req, res);
});

writeFileSync(join(directory, 'port.new'), String(server.address().port));
renameSync(join(directory, 'port.new'), join(directory, 'port'));
