// The component in React 19 in strict mode. Props set its properties, and it comes and goes with
// its parent.

import { expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat.js'
  import { StrictMode, useState } from 'react'
  import { createRoot } from 'react-dom/client'

  const token = async () => 'alice'

  function Page() {
    const [shown, show] = useState(true)
    const [thread, setThread] = useState(null)
    return (
      <>
        <button onClick={() => show(!shown)}>{shown ? 'Hide' : 'Show'}</button>
        <output>{thread ?? 'none'}</output>
        {shown && (
          <onbehalf-chat
            endpoint="/chatkit"
            token={token}
            startGreeting="What shall we do?"
            prompts={[{ label: 'Tell me something' }]}
            ref={(chat) => thread && chat?.setThread(thread)}
            onchat-thread={({ detail }) => detail.id && setThread(detail.id)}
          />
        )}
      </>
    )
  }

  const root = document.createElement('div')
  document.body.append(root)
  createRoot(root).render(<StrictMode><Page /></StrictMode>)
`)

it('React passes properties and events as props, and an answer is streamed', async () => {
  await ground.page.getByText('What shall we do?').waitFor()
  await ground.page.getByRole('button', { name: 'Tell me something' }).click()
  ground.word('Hello ')
  await ground.page.getByText('Hello', { exact: true }).waitFor()
  await expect.poll(() => ground.page.locator('output').textContent()).toMatch(/^thr_/)
  ground.word('there.')
  ground.word('END')
  await ground.page.locator('[role=log][aria-busy=false]').waitFor()
  expect(await ground.answers().allTextContents()).toEqual(['Hello there.'])
  expect(ground.asked.filter((type) => type === 'threads.create')).toHaveLength(1)
})

it('an element that React removes during an answer leaves no stream open, and shows the rest when it is put back', async () => {
  await ground.say('slowly')
  ground.word('One ')
  await ground.page.getByText('One', { exact: true }).waitFor()
  await ground.page.getByRole('button', { name: 'Hide' }).click()
  await expect.poll(() => ground.open).toBe(0)
  ground.word('two ')
  await ground.page.getByRole('button', { name: 'Show' }).click()
  await ground.page.getByText('One two', { exact: true }).waitFor()
  ground.word('three.')
  ground.word('END')
  await ground.page.getByText('One two three.', { exact: true }).waitFor()
  await expect.poll(() => ground.open).toBe(0)
  expect(ground.asked.filter((type) => type === 'threads.create')).toHaveLength(1)
})
