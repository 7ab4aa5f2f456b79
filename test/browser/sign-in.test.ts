// Signing in and out in a real browser against the real issuer. The tokens are in memory, and
// nowhere else.
import { describe, expect, it } from 'vitest'
import { messageField, say, signInAs, signOut, userMessages } from './taskflow-page.ts'
import { eventually, type Visit, visits } from './visit.ts'

const { visit, ground } = visits()

/** The token requests that the page made, as their parameters. */
function tokenRequests({ requests }: Visit): readonly URLSearchParams[] {
  return requests
    .filter((request) => request.url().endsWith('/token') && request.method() === 'POST')
    .map((request) => new URLSearchParams(request.postData() ?? ''))
}

describe('signing in', () => {
  it('alice signs in with code and PKCE, and the page greets her', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    expect((await visited.page.getByTestId('person').textContent())?.toLowerCase()).toBe('alice')

    const authorize = visited.requests
      .map((request) => new URL(request.url()))
      .find((url) => url.pathname.endsWith('/authorize'))
    expect(authorize?.searchParams.get('code_challenge_method')).toBe('S256')
    expect(authorize?.searchParams.getAll('resource')).toEqual([
      ground().urls.chatkit,
      ground().urls.api,
    ])
    const [code, ...refreshes] = tokenRequests(visited)
    expect(code?.get('resource')).toBe(ground().urls.chatkit)
    expect(code?.get('code_verifier')).toHaveLength(43)
    expect(refreshes.map((parameters) => parameters.get('resource'))).toEqual([ground().urls.api])
    expect(visited.troubles).toEqual([])
  })

  it('neither code nor state stays in the address or the history', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    expect(page.url()).toBe(`${ground().urls.web}/`)
    await page.goBack()
    expect(page.url()).not.toMatch(/code=|state=/)
  })

  it('no token is in a storage, a cookie, the DOM or a global', async () => {
    const visited = await visit()
    const { page } = visited
    await signInAs(page, 'alice')
    await say(page, 'hello')
    await eventually(() => visited.tokens.length).toBeGreaterThanOrEqual(5)
    const everything = await page.evaluate<string>(`(async () => JSON.stringify([
      { ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML, await caches.keys(),
      (await indexedDB.databases()).map(({ name }) => name), location.href, history.state, window.name,
      Object.getOwnPropertyNames(globalThis).map((name) => { try { return String(globalThis[name]) } catch { return '' } }),
      [...document.querySelectorAll('input, textarea')].map(({ value }) => value),
    ]))()`)
    const cookies = JSON.stringify(await page.context().cookies())
    for (const token of visited.tokens) {
      expect(everything).not.toContain(token)
      expect(cookies).not.toContain(token)
    }
    // The verifier is gone with the callback; what stays says only that somebody was signed in.
    expect(await page.evaluate('({ ...sessionStorage })')).toEqual({})
    expect(await page.evaluate('({ ...localStorage })')).toEqual({ 'taskflow.signed-in': 'yes' })
    expect(everything).toContain('taskflow.signed-in')
  })

  it('tokens go to their own audience only, and never into a URL', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    await say(visited.page, 'hello')
    const { chatkit, api } = ground().urls
    for (const request of visited.requests) {
      for (const token of visited.tokens) expect(request.url()).not.toContain(token)
      const bearer = request.headers().authorization?.replace('Bearer ', '')
      if (bearer === undefined) continue
      const { aud } = JSON.parse(
        Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString('utf8'),
      )
      expect(aud).toBe(request.url().startsWith(api) ? api : chatkit)
    }
  })

  it.each([
    ['a state that this tab did not make', '?code=stolen&state=foreign'],
    ['no state at all', '?code=stolen'],
    ['an error without a state', '?error=access_denied'],
  ])(
    'the page refuses an answer with %s, takes it out of the address, and redeems nothing',
    async (_, query) => {
      const visited = await visit({ path: `/${query}` })
      await eventually(() => visited.page.getByRole('alert').textContent()).toContain(
        'not started in this tab',
      )
      expect(visited.page.url()).toBe(`${ground().urls.web}/`)
      expect(tokenRequests(visited)).toEqual([])
    },
  )

  it.each([
    ['another issuer', '&iss=http%3A%2F%2F127.0.0.1%3A9'],
    ['no issuer', ''],
  ])('the page refuses an answer from %s (mix-up)', async (_, issuer) => {
    const visited = await visit()
    const pending = JSON.stringify({
      state: 'known',
      verifier: 'v'.repeat(43),
      silent: false,
      thread: '',
      at: Date.now(),
    })
    await visited.page.evaluate(
      `sessionStorage.setItem('taskflow.sign-in', ${JSON.stringify(pending)})`,
    )
    await visited.page.goto(`${ground().urls.web}/?code=stolen&state=known${issuer}`)
    await eventually(() => visited.page.getByRole('alert').textContent()).toContain(
      'expected sign-in server',
    )
    expect(tokenRequests(visited)).toEqual([])
  })

  it('an answer works once: the same address again is refused', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    const callback = visited.requests
      .map((request) => request.url())
      .find((url) => url.includes('code='))
    const before = tokenRequests(visited).length
    await visited.page.goto(callback ?? '')
    await eventually(() => visited.page.getByRole('alert').textContent()).toContain(
      'not started in this tab',
    )
    expect(tokenRequests(visited)).toHaveLength(before)
  })
})

describe('staying signed in', () => {
  it('a reload signs in again without a click and comes back to the thread', async () => {
    const visited = await visit()
    const { page } = visited
    await signInAs(page, 'alice')
    await say(page, 'remember this')
    await page.reload()
    await userMessages(page).getByText('remember this').waitFor()
    expect(page.url()).toBe(`${ground().urls.web}/#thr_1`)
    const last = visited.requests
      .map((request) => new URL(request.url()))
      .findLast((url) => url.pathname.endsWith('/authorize'))
    expect(last?.searchParams.get('prompt')).toBe('none')
  })

  it('a reload after the session at the issuer is gone ends at the welcome screen', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    await page.context().clearCookies()
    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate('[{ ...sessionStorage }, { ...localStorage }]')).toEqual([{}, {}])
  })

  it('after a 401 the page refreshes once and repeats the request once', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    await eventually(() => tokenRequests(visited).length).toBe(2)
    ground().chatkit.refusals.push(new Response(null, { status: 401 }))
    await say(visited.page, 'hello')
    const sent = ground().chatkit.received.filter(({ type }) => type === 'threads.create')
    expect(sent).toHaveLength(2)
    expect(sent[0]?.headers.get('authorization')).not.toBe(sent[1]?.headers.get('authorization'))
    expect(sent[0]?.headers.get('idempotency-key')).toBe(sent[1]?.headers.get('idempotency-key'))
    expect(tokenRequests(visited)).toHaveLength(3)
  })

  it('a second 401 is shown, not repeated for ever', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    const refusal = () =>
      Response.json({ code: 'unauthorized', message: 'Who are you?' }, { status: 401 })
    ground().chatkit.refusals.push(refusal(), refusal())
    await say(visited.page, 'hello')
    await visited.page.locator('onbehalf-chat .banner').getByRole('button').waitFor()
    expect(ground().chatkit.received.filter(({ type }) => type === 'threads.create')).toHaveLength(
      2,
    )
  })

  it('chat and API refused at once refresh one after the other, each refresh token used once', async () => {
    const visited = await visit()
    await signInAs(visited.page, 'alice')
    await eventually(() => tokenRequests(visited).length).toBe(2)
    Object.assign(ground().refusals, { api: 1, trail: 1 })
    ground().tasks = [{ id: 1, title: 'Buy groceries' }]
    ground().events = [{ time: 1, hop: 'door', outcome: 'allowed' }]
    // At its end the answer makes the page read the trail and the tasks, both at once.
    await say(visited.page, 'hello')
    await visited.page.getByTestId('leg').waitFor()
    await visited.page.getByTestId('task').waitFor()
    const used = tokenRequests(visited).flatMap(
      (parameters) => parameters.get('refresh_token') ?? [],
    )
    expect(used).toHaveLength(3)
    expect(new Set(used).size).toBe(used.length)
    expect(await visited.page.locator('#ended').isVisible()).toBe(false)
  })

  it('when the issuer no longer renews, what is on the page stays and one click signs in again', async () => {
    const visited = await visit()
    const { page } = visited
    await signInAs(page, 'alice')
    await say(page, 'keep me')
    await eventually(() => visited.tokens.length).toBeGreaterThanOrEqual(5)
    await endRefreshToken(visited)
    ground().chatkit.refusals.push(new Response(null, { status: 401 }))
    await say(page, 'one more')
    await userMessages(page).getByText('keep me').waitFor()
    await page.locator('#sign-in-again').click()
    await messageField(page).waitFor()
    await userMessages(page).getByText('keep me').waitFor()
  })
})

describe('signing out', () => {
  it('signing out ends the refresh token and the session, and shows nothing of the person any more', async () => {
    const visited = await visit()
    const { page } = visited
    await signInAs(page, 'alice')
    await say(page, 'a private matter')
    await eventually(() => visited.tokens.length).toBeGreaterThanOrEqual(5)
    const newest = newestRefreshToken(visited.tokens)
    await signOut(page)
    expect(page.url()).toBe(`${ground().urls.web}/`)
    const revocation = visited.requests.find((request) => request.url().endsWith('/revoke'))
    expect(new URLSearchParams(revocation?.postData() ?? '').get('token')).toBe(newest)
    expect((await revocation?.response())?.status()).toBe(200)
    expect(await page.content()).not.toContain('a private matter')
    expect(await refresh(visited)).toBe('invalid_grant')

    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Continue as bob' }).click()
    await messageField(page).waitFor()
    expect((await page.getByTestId('person').textContent())?.toLowerCase()).toBe('bob')
  })

  it('signing out takes everything off the page at once, however slow the issuer is', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    await say(page, 'a private matter')
    await page.route('**/revoke', () => undefined)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await eventually(() => page.getByText('a private matter').count()).toBe(0)
    expect(await page.content()).not.toContain('a private matter')
  })

  it('going back afterwards does not bring the conversation back', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    await say(page, 'a private matter')
    await signOut(page)
    for (let step = 0; step < 3; step++) {
      await page.goBack().catch(() => undefined)
      expect(await page.content()).not.toContain('a private matter')
    }
  })
})

/** Tries the page's newest refresh token, as a thief would. */
async function refresh({ tokens }: Visit): Promise<unknown> {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    client_id: 'taskflow-page',
    refresh_token: newestRefreshToken(tokens),
  })
  const response = await fetch(`${ground().urls.issuer}/oauth/token`, { method: 'POST', body })
  const answer: Record<string, unknown> = JSON.parse(await response.text())
  return answer.error
}

async function endRefreshToken({ tokens }: Visit): Promise<void> {
  const body = new URLSearchParams({
    client_id: 'taskflow-page',
    token: newestRefreshToken(tokens),
  })
  const response = await fetch(`${ground().urls.issuer}/oauth/revoke`, { method: 'POST', body })
  expect(response.status).toBe(200)
}

/** The issuer's refresh tokens are opaque, its other tokens JWTs. */
function newestRefreshToken(tokens: readonly string[]): string {
  return tokens.findLast((token) => !token.startsWith('eyJ')) ?? ''
}
