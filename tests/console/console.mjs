// SPDX-License-Identifier: Apache-2.0
// What people do in the console, in Chromium. Things are found as users find them: by role and name. Every page is also
// looked at by axe-core, and a violation of the page's policy or an error in its code fails the run.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { CONSOLE_URL: url, CONSOLE_PASSWORD: password, CONSOLE_WEB: web, CONSOLE_SHOTS: shots } = process.env;
const require = createRequire(join(web, 'package.json'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(shots, { recursive: true });

const kPatience = 30_000;
const faults = [];
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options });
  context.setDefaultTimeout(kPatience);
  const page = await context.newPage();
  page.on('pageerror', (error) => faults.push(`error in the page: ${error}`));
  page.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:')) faults.push(`asks another host: ${request.url()}`);
  });
  return page;
}

async function logIn(page, name) {
  await page.goto(`${url}/console/`);
  await page.getByLabel('Name or e-mail').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Pages' }).or(page.getByRole('button', { name: 'Menu' })).first().waitFor();
}

/// axe on what is shown; the picture is kept.
async function look(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`) });
  // A policy without inline code lets nothing in from outside either: axe comes by the debugger's way.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  for (const each of violations) faults.push(`${name}: ${each.id}: ${each.nodes[0].html.slice(0, 200)}`);
}

const steps = [];
const step = (name, work) => steps.push({ name, work });
let page;

step('a wrong password is refused in words', async () => {
  page = await open();
  await page.goto(`${url}/`);
  await page.waitForURL('**/console/');
  await look(page, 'login');
  await page.getByLabel('Name or e-mail').fill('admin');
  await page.getByLabel('Password').fill('not-the-password');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
});

step('an administrator logs in; the session is a cookie that scripts cannot read', async () => {
  await logIn(page, 'admin');
  await page.getByRole('heading', { level: 1, name: /Hello/ }).waitFor();
  const cookie = (await page.context().cookies()).find((each) => each.name === 'junctor_session');
  assert.ok(cookie, 'no session cookie');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Lax');
  await look(page, 'overview');
});

step('every page opens and has no fault that axe finds', async () => {
  const places = ['Devices', 'Users', 'Groups', 'Access', 'Address books', 'Strategies', 'Roles', 'Live sessions', 'Logs', 'API tokens', 'Settings', 'My account'];
  for (const place of places) {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: place }).click();
    await page.getByRole('heading', { level: 1, name: place }).waitFor();
    await page.waitForLoadState('networkidle');
    assert.equal(await page.getByRole('alert').count(), 0, `${place}: ${await page.getByRole('alert').allInnerTexts()}`);
    await look(page, place.toLowerCase().replaceAll(' ', '_'));
  }
});

step('devices that registered are listed as online, and one is opened', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Devices' }).click();
  await page.getByRole('row', { name: /700000001/ }).waitFor();
  await page.getByRole('row', { name: /700000002/ }).getByRole('rowheader').or(page.getByRole('row', { name: /700000002/ }).getByRole('gridcell').nth(1)).first().dblclick();
  await page.getByRole('heading', { level: 1, name: /700000002/ }).waitFor();
  await look(page, 'device');
});

step('a group with a hostile name is made, and shown as it is', async () => {
  const name = '<img src=x onerror=alert(1)>';
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Groups' }).click();
  await page.getByRole('tab', { name: 'Device groups' }).click();
  await page.getByRole('button', { name: 'New group' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('row', { name: /onerror/ }).waitFor();
  assert.equal(await page.locator('img[src="x"]').count(), 0);
});

step('a user is made, found by the palette, and edited', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Users' }).click();
  await page.getByRole('button', { name: 'New user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'User' }).fill('linus');
  await dialog.getByLabel('Password').fill(password);
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.getByRole('searchbox', { name: /Find a page/ }).fill('linus');
  await page.getByRole('option', { name: /linus/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /linus/ }).waitFor();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Displayed name' }).fill('Linus the Second');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { level: 1, name: /Linus the Second/ }).waitFor();
});

step('the tester says who may reach a device, and why', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Access' }).click();
  await page.getByRole('tab', { name: 'Who may?' }).click();
  await page.getByRole('textbox', { name: 'ID' }).fill('700000001');
  await page.getByRole('button', { name: 'Ask' }).click();
  await page.getByText('Allowed', { exact: true }).waitFor();
});

step('a setting is changed, counts, and goes back to its default', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Address of this site' }).fill('rd.example.org');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText(/https:/).waitFor();
  await page.getByRole('textbox', { name: 'Address of this site' }).fill('https://rd.example.org');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText(/Changed by admin/).waitFor();
  const site = await page.evaluate(async () => (await fetch('/api/admin/v1/site')).json());
  assert.equal(site.public_url, 'https://rd.example.org');
  await look(page, 'settings_changed');
  await page.getByRole('button', { name: 'Default again' }).click();
  await page.getByText(/Changed by admin/).waitFor({ state: 'detached' });
});

step('a preview says who would gain access, and changes nothing', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Groups' }).click();
  await page.getByRole('row', { name: /Default/ }).getByRole('checkbox').or(page.getByRole('row', { name: /Default/ }).getByRole('gridcell').first()).first().click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('button', { name: 'Who gains, who loses?' }).click();
  await page.getByText('Nobody gains or loses access.').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
});

step('two browsers edit the same user: the second learns of it and overwrites nothing', async () => {
  const other = await open();
  await logIn(other, 'admin');
  for (const each of [page, other]) {
    await each.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Users' }).click();
    await each.getByRole('row', { name: /linus/ }).getByText('linus').first().dblclick();
    await each.getByRole('button', { name: 'Edit' }).click();
  }
  await page.getByRole('textbox', { name: 'Note' }).fill('first');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await other.getByRole('textbox', { name: 'Note' }).fill('second');
  await other.getByRole('button', { name: 'Save' }).click();
  await other.getByRole('alert').getByText(/Somebody else/).waitFor();
  await other.context().close();
});

step('a plain user sees no page of administrators, and the API gives him none', async () => {
  const plain = await open();
  await logIn(plain, 'grace');
  const pages = plain.getByRole('navigation', { name: 'Pages' });
  assert.equal(await pages.getByRole('link', { name: 'API tokens' }).count(), 0);
  assert.equal(await pages.getByRole('link', { name: 'Users' }).count(), 0);
  const status = await plain.evaluate(async () => (await fetch('/api/admin/v1/users')).status);
  assert.equal(status, 403);
  await plain.context().close();
});

step('an expired session keeps what was typed', async () => {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'My account' }).click();
  await page.getByRole('textbox', { name: 'Displayed name' }).fill('Typed before it ended');
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: /session has ended/ }).waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: /session has ended/ }).waitFor({ state: 'detached' });
  assert.equal(await page.getByRole('textbox', { name: 'Displayed name' }).inputValue(), 'Typed before it ended');
});

step('on a phone, in the dark, in Italian', async () => {
  const phone = await open({ viewport: { width: 360, height: 740 }, colorScheme: 'dark', locale: 'it-IT' });
  await phone.goto(`${url}/console/`);
  await phone.getByLabel('Nome o e-mail').fill('admin');
  await phone.getByLabel('Password').fill(password);
  await phone.keyboard.press('Enter');
  await phone.getByRole('button', { name: 'Menu' }).click();
  await phone.getByRole('navigation', { name: 'Pagine' }).getByRole('link', { name: 'Dispositivi' }).click();
  await phone.getByRole('row', { name: /700000001/ }).waitFor();
  assert.ok((await phone.evaluate(() => document.documentElement.scrollWidth)) <= 360, 'the page is wider than the phone');
  await look(phone, 'phone_devices');
  await phone.context().close();
});

step('other sites cannot frame it, and its answers say so', async () => {
  const answer = await fetch(`${url}/console/`);
  assert.match(answer.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
});

step('a change without the CSRF token is refused', async () => {
  const status = await page.evaluate(
    async () => (await fetch('/api/admin/v1/me', { method: 'PATCH', headers: { 'Content-Type': 'application/json' }, body: '{"note":"x"}' })).status,
  );
  assert.equal(status, 403);
});

let failed = 0;
for (const { name, work } of steps) {
  const begun = Date.now();
  try {
    await work();
    assert.deepEqual(faults, []);
    console.log(`ok   ${name} (${Date.now() - begun} ms)`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}\n     ${error.message}`);
    if (page) await page.screenshot({ path: join(shots, `failed_${failed}.png`) }).catch(() => undefined);
    faults.length = 0;
  }
}
await browser.close();
console.log(`${steps.length - failed} of ${steps.length} steps passed`);
process.exitCode = failed ? 1 : 0;
