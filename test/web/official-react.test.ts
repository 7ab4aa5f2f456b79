// A page of `@openai/chatkit-react`: the official hook and component, over our element.

import { expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat-official.js'
  import { ChatKit, useChatKit } from '@openai/chatkit-react'
  import { useState } from 'react'
  import { createRoot } from 'react-dom/client'

  function Page() {
    const [thread, setThread] = useState('none')
    const chat = useChatKit({
      api: { url: '/chatkit', domainKey: 'not-used' },
      theme: 'light',
      startScreen: { greeting: 'From React', prompts: [{ label: 'Start', prompt: 'Go on' }] },
      onThreadChange: ({ threadId }) => setThread(threadId),
    })
    return (
      <>
        <button onClick={() => chat.setComposerValue({ text: 'written by the page' })}>Write</button>
        <output>{thread}</output>
        <ChatKit control={chat.control} />
      </>
    )
  }

  const root = document.createElement('div')
  document.body.append(root)
  createRoot(root).render(<Page />)
`)

it('the official React package works over it without a change', async () => {
  const { page } = ground
  await page.getByRole('heading', { name: 'From React' }).waitFor()
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  ground.word('There.')
  ground.word('END')
  await page.locator('.md', { hasText: 'There.' }).waitFor()
  await expect.poll(() => page.locator('output').textContent()).toMatch(/^thr_/)
  await page.getByRole('button', { name: 'Write', exact: true }).click()
  await expect.poll(() => ground.field().inputValue()).toBe('written by the page')
})
