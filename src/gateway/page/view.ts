// Draws the connections page for one person. Pure: all that it shows is given, and all of it is escaped.

import { escaped } from '../escaped.ts'
import type { AccessKey } from '../keys/access-keys.ts'
import { idOf, type KeptCredential } from './kept-credentials.ts'
import type { Shown, ShownCredential } from './shown-types.ts'
import { dayOf, timeOf } from './times.ts'
import type { Use } from './uses.ts'
import { waitingSection } from './waiting-view.ts'

/** The body of the page. */
export function pageBody(shown: Shown): string {
  const { person, credentials, accessKeys, told, signIns } = shown
  const cards = credentials.map((one) => card(one, shown)).join('\n')
  return `<h1>Connections</h1>
<p class="quiet">Signed in as ${escaped(person)}. <a href="${escaped(signIns)}">Your sign-ins, and sign out</a></p>
${told === undefined ? '' : `<p class="told" role="status">${escaped(told)}</p>`}
${waitingSection(shown)}
<section aria-labelledby="servers">
<h2 id="servers">Accounts and keys</h2>
<p class="quiet">Programs that you let in use these for you. They never see the account or the key itself.</p>
${credentials.length === 0 ? '<p>No server needs an account or a key of yours.</p>' : `<ul>${cards}</ul>`}
</section>
${accessKeys === undefined ? '' : keySection(accessKeys, shown)}`
}

function card(one: ShownCredential, shown: Shown): string {
  const { kept, use } = one
  const isWanted = shown.server !== undefined && kept.servers.includes(shown.server)
  const others = kept.servers.join(', ') === kept.name ? '' : `, for ${kept.servers.join(', ')}`
  return `<li${isWanted ? ' aria-current="true"' : ''}>
<h3>${escaped(kept.name)}</h3>
<p class="quiet">${kept.kind === 'account' ? 'Your account' : 'A key of your own'} at ${escaped(placeOf(kept.resource))}${escaped(others)}</p>
${stateLine(one, shown.now)}
${one.state === 'none' ? '' : lineOfUse(use, shown.now)}
${acts(one, isWanted, shown.path)}
</li>`
}

function stateLine({ kept, state, account }: ShownCredential, now: number): string {
  if (state === 'none')
    return `<p>${kept.kind === 'account' ? 'Not connected.' : 'No key is kept.'}</p>`
  if (state === 'again')
    return '<p class="bad">It gives no access any more. Connect it again, or disconnect it.</p>'
  if (!account) return '<p class="good">A key is kept.</p>'
  const may = account.scopes.length === 0 ? '' : ` It may: ${escaped(account.scopes.join(', '))}.`
  return `<p><span class="good">Connected</span> ${timeOf(account.connectedAt, now)}.${may}</p>`
}

function lineOfUse(use: Use | undefined, now: number): string {
  if (!use) return '<p class="quiet">Not used yet.</p>'
  const { count, usedAt, tool, client } = use
  const by = client === undefined ? '' : `, by ${escaped(client)}`
  const times = count === 1 ? 'once' : `${count} times`
  return `<p>Last used ${timeOf(usedAt, now)} for ${escaped(tool)}${by}. Used ${times} in all.</p>`
}

/** What can be done. The names are in the buttons, so that each is told apart when it is read out. */
function acts({ kept, state }: ShownCredential, isWanted: boolean, path: string): string {
  const focus = isWanted && state !== 'there' ? ' autofocus' : ''
  const id = escaped(idOf(kept))
  const name = `<span class="hidden">&nbsp;${escaped(kept.name)}</span>`
  const connect =
    kept.kind === 'account' && state !== 'there'
      ? `<a class="button" href="${escaped(`${path}/connect?which=${encodeURIComponent(idOf(kept))}`)}"${focus}>Connect${state === 'again' ? ' again' : ''}${name}</a>`
      : ''
  const end =
    state === 'none'
      ? ''
      : `<form method="post" action="${escaped(path)}/disconnect"><input type="hidden" name="which" value="${id}"><button class="second">${kept.kind === 'account' ? 'Disconnect' : 'Remove the key'}${name}</button></form>`
  const put = kept.kind === 'key' ? keyForm(kept, state, focus, path) : ''
  const others = `${connect}${end}`
  return others === '' ? put : `${put}<div class="acts">${others}</div>`
}

function keyForm(
  kept: KeptCredential,
  state: ShownCredential['state'],
  focus: string,
  path: string,
): string {
  const id = escaped(idOf(kept))
  const words = state === 'none' ? 'Your key for' : 'Another key for'
  return `<form class="acts" method="post" action="${escaped(path)}/key">
<input type="hidden" name="which" value="${id}">
<div class="field"><label for="${id}">${words} ${escaped(kept.name)}</label>
<input id="${id}" name="key" type="password" required minlength="12" maxlength="8192" autocomplete="off" spellcheck="false"${focus}></div>
<button>Keep<span class="hidden">&nbsp;the key for ${escaped(kept.name)}</span></button></form>`
}

function keySection(keys: readonly AccessKey[], { path, now }: Shown): string {
  const live = keys.filter(({ revokedAt, endsAt }) => revokedAt === undefined && endsAt > now)
  const rows = live.map(
    ({ id, name, servers, scopes, createdAt, endsAt }) => `<li>
<h3>${escaped(name)}</h3>
<p>For ${escaped(servers.join(', '))}${scopes.length === 0 ? '' : `, with ${escaped(scopes.join(', '))}`}. Made ${timeOf(createdAt, now)}, ends on ${escaped(dayOf(endsAt))}.</p>
<form class="acts" method="post" action="${escaped(path)}/revoke"><input type="hidden" name="id" value="${escaped(id)}"><button class="second">Revoke<span class="hidden">&nbsp;${escaped(name)}</span></button></form>
</li>`,
  )
  return `<section aria-labelledby="access-keys">
<h2 id="access-keys">Access keys</h2>
<p class="quiet">Whoever holds one of these acts as you at the servers that it names.</p>
${rows.length === 0 ? '<p>You have none.</p>' : `<ul>${rows.join('\n')}</ul>`}
</section>`
}

function placeOf(resource: string): string {
  return URL.canParse(resource) ? new URL(resource).host || resource : resource
}
