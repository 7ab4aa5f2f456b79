// The page server as a fetch handler: what it serves, under which headers, and everything that it
// does not.
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createPageServer } from '../../../examples/taskflow/page-server.ts'

const web = 'http://127.0.0.1:3000'
const serve = createPageServer({
  web,
  issuer: 'http://127.0.0.1:3003',
  chatkit: `${web}/chatkit`,
  api: 'http://127.0.0.1:3002/api',
  model: { description: 'A stand-in', standIn: true },
})
const get = (path: string, init?: RequestInit) => serve(new Request(new URL(path, web), init))

describe('the page', () => {
  it('the page is served under a policy that allows its own scripts, the three parts of TaskFlow, and no markup from text', async () => {
    const response = await get('/')
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data:",
      "connect-src 'self' http://127.0.0.1:3003 http://127.0.0.1:3002",
      "form-action 'self' http://127.0.0.1:3003",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    })
    expect(await response.text()).not.toMatch(
      /<script(?! type="module" src="\/(?:main\.ts|onbehalf-chat\.js)">)|\sstyle=|\son\w+=/,
    )
  })

  it('the page loads nothing that is not served here', async () => {
    const html = await (await get('/')).text()
    // What is below /auth/ is the session's, and a link that people follow.
    const named = [...html.matchAll(/(?:src|href)="(?!data:|#|\/auth\/)([^"]+)"/g)].map(
      ([, path = '']) => path,
    )
    const seen = new Set(named)
    for (const path of seen) {
      const response = await get(path)
      expect(response.status, path).toBe(200)
      const text = await response.text()
      for (const [, next = ''] of text.matchAll(/from '(\.[^']+)'/g))
        seen.add(new URL(next, `http://page${path}`).pathname)
    }
    const folder = new URL('../../../examples/taskflow/page/', import.meta.url)
    const all = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `/${relative(fileURLToPath(folder), join(parentPath, name))}`)
    expect([...seen].sort()).toEqual(
      ['/onbehalf-chat.js', ...all.filter((name) => name !== '/index.html')].sort(),
    )
  })

  it('the page has modules that are JavaScript without the types, line for line', async () => {
    const response = await get('/tokens.ts')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const code = await response.text()
    expect(code).not.toMatch(/^interface|: Promise<|import type/m)
  })

  it('the page learns where the parts are and which model answers', async () => {
    expect(await (await get('/config.json')).json()).toEqual({
      issuer: 'http://127.0.0.1:3003',
      chatkit: `${web}/chatkit`,
      api: 'http://127.0.0.1:3002/api',
      clientId: 'taskflow-page',
      resources: { chat: `${web}/chatkit`, api: 'http://127.0.0.1:3002/api' },
      signIn: 'page',
      tasks: 'http://127.0.0.1:3002/api/tasks?limit=200',
      model: { description: 'A stand-in', standIn: true },
    })
  })

  it('the page is not sent twice when the browser has it', async () => {
    const etag = (await get('/main.ts')).headers.get('etag') ?? ''
    const again = await get('/main.ts', { headers: { 'if-none-match': etag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await get('/main.ts', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  it('HEAD answers like GET, without the body', async () => {
    const response = await get('/', { method: 'HEAD' })
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([
      200,
      (await get('/')).headers.get('etag'),
      '',
    ])
  })
})

describe('anything else', () => {
  it.each([
    '/index.html/',
    '/package.json',
    '/../page-server.ts',
    '/..%2fpage-server.ts',
    '/%2e%2e/page-server.ts',
    '/.%00./main.ts',
    '//main.ts',
    '/MAIN.TS',
    '/page/main.ts',
    '/__proto__',
    '/constructor',
    '/chatkit',
  ])('%s is not found', async (path) => {
    // Not through new URL(): it would tidy the path before the server sees it.
    expect((await serve(new Request(`${web}${path}`))).status).toBe(404)
  })

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const response = await get('/', { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it.each([
    'http://localhost:3000/',
    'http://attacker.example:3000/',
    'http://127.0.0.1:9999/config.json',
  ])('a request under another name (%s) is sent to the page’s own', async (url) => {
    const response = await serve(new Request(url))
    expect([response.status, response.headers.get('location')]).toEqual([
      307,
      web + new URL(url).pathname,
    ])
  })
})
