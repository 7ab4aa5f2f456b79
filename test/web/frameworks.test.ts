// The pages of docs/chat/frameworks.md in the browser, word for word: plain HTML, and React.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { componentGround, type Ground } from './component-ground.ts'

const PAGE = readFileSync(new URL('../../docs/chat/frameworks.md', import.meta.url), 'utf8')

/** The first snippet in a language. */
function snippet(language: string): string {
  const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(PAGE)?.[1]
  if (code === undefined) throw new Error(`The page has no ${language}`)
  return code
}

/** A conversation, a reload, and the conversation again. */
async function converse(ground: Ground): Promise<void> {
  const { page } = ground
  const tokens = new Set<string | undefined>()
  page.on('request', (request) => {
    if (request.url().endsWith('/chatkit')) tokens.add(request.headers().authorization)
  })
  await page.reload()
  await page.getByText('What shall we do?').waitFor()
  await ground.say('hello')
  ground.word('Hello there.')
  ground.word('END')
  await page.getByText('Hello there.', { exact: true }).waitFor()
  await page.locator('[role=log][aria-busy=false]').waitFor()
  expect(tokens).toEqual(new Set(['Bearer alice']))
}

describe('the page in plain HTML', () => {
  const html = snippet('html')
  const script = /<script type="module">([\s\S]*)<\/script>/.exec(html)?.[1] ?? ''
  const ground = componentGround(script, () => html.replace(/<script[\s\S]*<\/script>/, ''))

  it('shows the chat, sends the token, and shows the conversation again after a reload', async () => {
    await converse(ground)
    expect(new URL(ground.page.url()).hash).toMatch(/^#thr_/)
    await ground.page.reload()
    await ground.page.getByText('Hello there.', { exact: true }).waitFor()
  })
})

describe('the page in React', () => {
  const ground = componentGround(
    `${snippet('tsx')}
    import { createRoot } from 'react-dom/client'
    const root = document.createElement('div')
    document.body.append(root)
    createRoot(root).render(<Assistant person="alice" start={null} />)`,
  )

  it('shows the chat, sends the token, and begins a new conversation', async () => {
    await converse(ground)
    await ground.page.getByRole('button', { name: 'New conversation' }).first().click()
    await ground.page.getByText('What shall we do?').waitFor()
  })
})
