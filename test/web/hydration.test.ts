// The component for React on a page that a server has rendered, as Next.js does: the tag is bare in
// the HTML, and everything is set when the browser takes over.

import { beforeAll, expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(
  `
  import { Chat, useChat } from 'onbehalf/react'
  import { StrictMode, useState } from 'react'
  import { hydrateRoot } from 'react-dom/client'

  globalThis.draws = 0
  function Page() {
    const chat = useChat()
    const [events, setEvents] = useState([])
    globalThis.draws++
    return (
      <StrictMode>
        <Chat
          ref={chat.ref}
          id="chat"
          className="wide"
          endpoint="/chatkit"
          token={async () => 'alice'}
          startGreeting="What shall we do?"
          prompts={[{ label: 'Tell me something' }]}
          history={false}
          onThread={({ id }) => setEvents((before) => [...before, 'thread ' + typeof id])}
          onResponseEnd={({ outcome }) => setEvents((before) => [...before, outcome])}
        />
        <output>{JSON.stringify([chat.threadId === null, chat.isRunning, events])}</output>
        <button type="button" onClick={() => chat.newThread()}>Afresh</button>
      </StrictMode>
    )
  }
  hydrateRoot(document.body, <Page />, { onRecoverableError: (error) => setTimeout(() => { throw error }) })
`,
  () => rendered,
)

let rendered = ''

beforeAll(async () => {
  // Node runs these as a server does. The compiler would read them as modules of a browser.
  const [{ Chat }, { createElement, StrictMode }, { renderToString }] = await Promise.all(
    ['onbehalf/react', 'react', 'react-dom/server'].map((name) => import(name)),
  )
  const chat = createElement(Chat, {
    id: 'chat',
    className: 'wide',
    endpoint: '/chatkit',
    token: async () => 'alice',
    prompts: [{ label: 'Tell me something' }],
    history: false,
  })
  const output = createElement('output', {}, JSON.stringify([true, false, []]))
  const button = createElement('button', { type: 'button' }, 'Afresh')
  rendered = renderToString(createElement(StrictMode, {}, chat, output, button))
})

it('after hydration the properties are set, the token is sent, the handlers are called, and another drawing disturbs nothing', async () => {
  const { page } = ground
  const html = await (await fetch(page.url())).text()
  expect(html).toContain('<onbehalf-chat id="chat" class="wide"></onbehalf-chat>')
  const tokens: (string | undefined)[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/chatkit')) tokens.push(request.headers().authorization)
  })
  await page.reload()
  await page.getByText('What shall we do?').waitFor()
  expect(await page.getByRole('button', { name: 'Conversations' }).isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Tell me something' }).click()
  ground.word('Hello ')
  await page.getByText('Hello', { exact: true }).waitFor()
  // The event has drawn the page again. What is being written stays.
  await ground.field().focus()
  await page.keyboard.type('next ')
  ground.word('there.')
  ground.word('END')
  await page.locator('[role=log][aria-busy=false]').waitFor()
  await page.keyboard.type('question')
  expect(await ground.field().inputValue()).toBe('next question')
  await expect
    .poll(() => page.locator('output').textContent())
    .toBe('[false,false,["thread string","answered"]]')
  expect(new Set(tokens)).toEqual(new Set(['Bearer alice']))
  await page.getByRole('button', { name: 'Afresh' }).click()
  await page.getByText('What shall we do?').waitFor()
  expect(await page.evaluate('draws')).toBeGreaterThan(1)
})
