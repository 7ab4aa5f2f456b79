// How the component looks on a page: phones, right-to-left, dark, and what axe says; and files of a
// message.

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { answerItem, thread, userItem } from '../support.ts'
import { created, done, eventually, type Stage, stages } from './stage.ts'

const stage = stages()

const PROMPTS = [{ label: 'What is pending this week?' }, { label: 'Add a task' }]
const LONG = `${'A rather long title of a conversation '.repeat(3)}Donaudampfschifffahrtsgesellschaftskapitän`

/** A conversation with everything that the shell draws: items, a notice, a failure, a list. */
async function fill({ answers, page, say, idle }: Stage): Promise<void> {
  answers['threads.list'] = (_one, { json }) =>
    json({ data: [thread('thr_1', { title: LONG }), thread('thr_2', { title: 'Short' })] })
  answers['threads.create'] = (_one, { send, end }) => {
    send({ type: 'thread.created', thread: thread('thr_1', { title: LONG }) })
    send(
      done(
        userItem(
          'u',
          `Please read ${'x'.repeat(300)} and https://example.com/${'path/'.repeat(40)}`,
        ),
      ),
    )
    send(
      done(
        answerItem(
          'a',
          `# Read\n\n| a | b |\n|---|---|\n| ${'wide '.repeat(30)} | b |\n\n\`\`\`\n${'code '.repeat(60)}\n\`\`\``,
        ),
      ),
    )
    send({
      type: 'notice',
      level: 'danger',
      title: 'Careful',
      message: `A **notice** ${'with words '.repeat(10)}`,
    })
    send({ type: 'notice', level: 'info', message: 'And one more.' })
    send({ type: 'error', code: 'custom', message: 'It ended too early.', allow_retry: true })
    end()
  }
  await say('go')
  await page.getByText('It ended too early.').first().waitFor()
  await idle()
}

async function axe(page: Stage['page']): Promise<string[]> {
  const source = await readFile(fileURLToPath(import.meta.resolve('axe-core')), 'utf8')
  // By the debugger, which the page's policy does not ask.
  await page.evaluate(source)
  const { violations } = await page.evaluate<{
    violations: {
      id: string
      impact: string
      nodes: { target: unknown; any: { message: string }[] }[]
    }[]
  }>("axe.run(document, { resultTypes: ['violations'] })")
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      (one) => `${impact} ${id} ${JSON.stringify(one.target)} ${one.any[0]?.message ?? ''}`,
    ),
  )
}

const sideways = (page: Stage['page']) =>
  page.evaluate<number>(`Math.max(
    document.documentElement.scrollWidth - innerWidth,
    ...[...chat.shadowRoot.querySelectorAll('.scroller, .below, .bar, .main, .threads')].map((one) => one.scrollWidth - one.clientWidth),
  )`)

for (const colorScheme of ['light', 'dark'] as const) {
  it(`axe finds nothing, empty and full, in the ${colorScheme}`, async () => {
    const one = await stage(
      { prompts: PROMPTS, attachments: {}, models: [{ id: 'm', label: 'Model' }] },
      { colorScheme },
    )
    // The page around it is the test's, and has no landmarks.
    const ours = (found: string[]) =>
      found.filter((line) => !/region|landmark|page-has-heading/.test(line))
    expect(ours(await axe(one.page))).toEqual([])
    await fill(one)
    expect(ours(await axe(one.page))).toEqual([])
    one.answers['threads.add_user_message'] = (_asked, { json }) => json({ message: 'No.' }, 500)
    await one.say(`${'a long paste\n'.repeat(60)}`)
    await one.page.locator('.entry[data-standing=unsent]').waitFor()
    await one.page.evaluate(
      `chat.shadowRoot.querySelector('.chat').dataset.drop = 'Drop files here'`,
    )
    expect(ours(await axe(one.page))).toEqual([])
  })
}

for (const dir of ['ltr', 'rtl']) {
  it(`on the smallest phone no part runs over the side (${dir})`, async () => {
    const one = await stage(
      {
        prompts: PROMPTS,
        attachments: {},
        dir,
        models: [{ id: 'm', label: 'A model with a long name' }],
      },
      { viewport: { width: 320, height: 568 } },
    )
    expect(await sideways(one.page)).toBeLessThanOrEqual(0)
    await fill(one)
    expect(await sideways(one.page)).toBeLessThanOrEqual(0)
    await one.page.getByRole('button', { name: 'Conversations' }).click()
    await one.page.getByRole('button', { name: 'Short', exact: true }).waitFor()
    expect(await sideways(one.page)).toBeLessThanOrEqual(0)
    await one.page.keyboard.press('Escape')
    await eventually(() =>
      one.page
        .getByRole('button', { name: 'Conversations' })
        .evaluate((element) => element.matches(':focus')),
    ).toBe(true)
  })
}

const FILE = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') }

it('the field has room for a line when the page first shows it, also when it was made out of sight', async () => {
  const { page, field } = await stage()
  await page.evaluate(`{ chat.hidden = true; chat.words = { placeholder: 'Write here' } }`)
  await page.evaluate('chat.hidden = false')
  expect(await field().evaluate((one) => one.clientHeight)).toBeGreaterThan(25)
})

it('a file that is too large, of another kind, one too many, or that does not arrive is said to be so', async () => {
  const { page, answers } = await stage({
    attachments: { accept: '.txt,image/*', maxBytes: 10, maxCount: 2 },
  })
  const input = page.locator('input[type=file]')
  const problem = page.locator('.compose > .problem')
  await input.setInputFiles({ ...FILE, buffer: Buffer.alloc(11) })
  await eventually(() => problem.textContent()).toContain('notes.txt is too large')
  await input.setInputFiles({ ...FILE, name: 'run.exe', mimeType: 'application/x-msdownload' })
  await eventually(() => problem.textContent()).toBe('run.exe is of a type that is not taken.')
  await input.setInputFiles(FILE)
  await eventually(() => problem.textContent()).toBe('There is none.')
  await page.locator('.chip[data-state=failed]').waitFor()
  answers['attachments.create'] = (_one, { json }) =>
    json({ id: 'atc_2', type: 'file', name: 'b.txt', mime_type: 'text/plain' })
  await input.setInputFiles([
    { ...FILE, name: 'b.txt' },
    { ...FILE, name: 'c.txt' },
  ])
  await eventually(() => problem.textContent()).toBe('At most 2 files.')
  expect(await page.locator('.chip').count()).toBe(2)
})

it('a file goes where the server says, and with the message; one that is taken away is forgotten', async () => {
  const { page, answers, asked, field } = await stage({ attachments: {} })
  let made = 0
  answers['attachments.create'] = ({ params }, { json }) =>
    json({
      id: `atc_${++made}`,
      type: 'file',
      name: params.name,
      mime_type: 'text/plain',
      upload_descriptor: { url: '/upload', method: 'PUT', headers: { 'x-key': 'k' } },
    })
  answers['attachments.delete'] = (_one, { json }) => json({})
  answers['threads.create'] = (_one, { send, end }) => {
    send(created)
    send(done(userItem('u', 'hi')))
    send(done(answerItem('a', 'Read')))
    end()
  }
  await page.locator('input[type=file]').setInputFiles([FILE, { ...FILE, name: 'other.txt' }])
  await eventually(() => page.locator('.chip[data-state=ready]').count()).toBe(2)
  await page.getByRole('button', { name: 'Remove other.txt' }).click()
  await eventually(() => asked.find(({ type }) => type === 'attachments.delete')?.params).toEqual({
    attachment_id: 'atc_2',
  })
  await field().press('Enter')
  await page.getByText('Read', { exact: true }).waitFor()
  expect(asked.find(({ type }) => type === 'threads.create')?.params).toMatchObject({
    input: { content: [], attachments: ['atc_1'] },
  })
  expect(asked.find(({ type }) => type === 'attachments.create')?.params).toEqual({
    name: 'notes.txt',
    size: 5,
    mime_type: 'text/plain',
  })
  expect(await page.locator('.chip').count()).toBe(0)
})

it('a page’s words, choices and prompts take the place of ours', async () => {
  const { page, answers, asked, idle } = await stage({
    words: { send: 'Senden', greeting: 'Wobei kann ich helfen?', placeholder: 'Nachricht' },
    prompts: [{ label: 'Offen?', prompt: 'Was ist offen?' }],
    models: [
      { id: 'small', label: 'Klein' },
      { id: 'large', label: 'Groß' },
    ],
    tools: [{ id: 'search', label: 'Suche' }],
  })
  answers['threads.create'] = (_one, { send, end }) => {
    send(created)
    send(done(userItem('u', 'hi')))
    end()
  }
  answers['threads.add_user_message'] = answers['threads.create']
  await page.getByText('Wobei kann ich helfen?').waitFor()
  await page.getByRole('button', { name: 'Offen?' }).click()
  await idle()
  await page.getByRole('combobox', { name: 'Model' }).selectOption('large')
  await page.getByRole('combobox', { name: 'Tool' }).selectOption('search')
  await page.getByPlaceholder('Nachricht').fill('und jetzt')
  await page.getByRole('button', { name: 'Senden' }).click()
  await eventually(
    () => asked.find(({ type }) => type === 'threads.add_user_message')?.params,
  ).toMatchObject({
    input: { inference_options: { model: 'large', tool_choice: { id: 'search' } } },
  })
  expect(asked.find(({ type }) => type === 'threads.create')?.params).toMatchObject({
    input: { content: [{ text: 'Was ist offen?' }] },
  })
})
