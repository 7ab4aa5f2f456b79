// Agents of three frameworks, each answering in the real component in a real browser: a person asks,
// reads, is asked back, and says yes.

import type { AgentConfig } from '@mastra/core/agent'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { answer as ofAiSdk } from '../../../docs/snippets/chat/ai-sdk.ts'
import { answer as ofLangchain } from '../../../docs/snippets/chat/langchain.ts'
import { answer as ofMastra } from '../../../docs/snippets/chat/mastra.ts'
import { borrowBrowser, builtComponent } from '../../browser/borrow.ts'
import { playingModel } from './ai-sdk-model.ts'
import { type ChatHouse, chatHouse, type Run, secretOf } from './house.ts'
import { Playing } from './langchain-model.ts'

// Mastra writes every error to the console, also those that it gives to the model.
vi.spyOn(console, 'error').mockImplementation(() => {})

const ORIGIN = 'http://127.0.0.1:9'
const START = `
  import '/onbehalf-chat.js'
  const chat = document.createElement('onbehalf-chat')
  chat.token = async () => '${secretOf('alice')}'
  chat.endpoint = '/chatkit'
  document.body.append(chat)
`

let browser: Browser
let component: string
beforeAll(async () => {
  ;[browser, component] = await Promise.all([borrowBrowser(), builtComponent()])
}, 120_000)
afterAll(() => browser?.close())

/** A page with the component, whose requests go to the house. */
async function pageOver(house: ChatHouse) {
  const page = await browser.newPage()
  await page.route(`${ORIGIN}/**`, async (route) => {
    const asked = route.request()
    const { pathname } = new URL(asked.url())
    const script = { '/start.js': START, '/onbehalf-chat.js': component }[pathname]
    if (script !== undefined) return route.fulfill({ contentType: 'text/javascript', body: script })
    if (pathname !== '/chatkit')
      return route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><html lang="en"><title>Chat</title><script type="module" src="/start.js"></script>',
      })
    const init = { method: 'POST', headers: asked.headers(), body: asked.postData() }
    const response = await house.fetch(new Request(asked.url(), init))
    const headers = Object.fromEntries(response.headers)
    return route.fulfill({ status: response.status, headers, body: await response.text() })
  })
  await page.goto(ORIGIN)
  return page
}

it.each<[string, Run]>([
  ['the AI SDK', ofAiSdk(playingModel())],
  ['LangChain', ofLangchain(new Playing())],
  ['Mastra', ofMastra(playingModel('tasks_') as unknown as AgentConfig['model'])],
])(
  'an agent of %s answers in the component, and asks the person there',
  async (_, run) => {
    const house = chatHouse(run)
    const page = await pageOver(house)
    try {
      const field = page.locator('textarea')
      await field.fill('What is there?')
      await field.press('Enter')
      await page.getByText('You have two tasks.', { exact: true }).waitFor()
      await field.fill('Delete task 1')
      await field.press('Enter')
      await page.getByRole('heading', { name: 'Approve this?' }).waitFor()
      expect(house.tasks.tasks).toHaveLength(2)
      await page.getByRole('button', { name: 'Approve', exact: true }).click()
      await page.getByText('It is gone.', { exact: true }).waitFor()
      expect(house.tasks.tasks.map(({ title }) => title)).toEqual(['Two'])
      expect(house.errors).toEqual([])
      expect(await page.content()).not.toContain('exchanged-')
    } finally {
      await page.close()
    }
  },
  60_000,
)
