// A page that was written for the official element, over the component in its place: only the
// address of the script has changed. `options` and `chat` are used as the official types say.

import { expect, it } from 'vitest'
import { componentGround } from './component-ground.ts'

const ground = componentGround(`
  import '/onbehalf-chat-official.js'
  const chat = document.createElement('openai-chatkit')
  const told = (globalThis.told = [])
  for (const name of ['ready', 'error', 'effect', 'deeplink', 'response.start', 'response.end', 'history.open', 'history.close', 'thread.change', 'thread.load.start', 'thread.load.end', 'tool.change', 'log'])
    chat.addEventListener('chatkit.' + name, ({ detail }) => told.push([name, detail]))
  globalThis.chat = chat
  globalThis.people = [
    { id: 'u1', title: 'Anna Berg', icon: 'profile', group: 'People', interactive: true, data: { role: 'lead' } },
    { id: 'u2', title: 'Bo Ek', group: 'People' },
  ]
  globalThis.options = {
    api: {
      url: '/chatkit',
      domainKey: 'not-used',
      fetch: (input, init) => fetch(input, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), authorization: 'Bearer alice' } }),
      uploadStrategy: { type: 'two_phase' },
    },
    frameTitle: 'Helper',
    theme: { colorScheme: 'dark', radius: 'sharp', density: 'compact', typography: { baseSize: 18 }, color: { accent: { primary: '#ff8800', level: 2 } } },
    header: { title: { text: 'Orders' }, leftAction: { icon: 'home', onClick: () => told.push(['left']) }, rightAction: { icon: 'settings-cog', onClick: () => told.push(['right']) } },
    history: { showDelete: false },
    startScreen: { greeting: 'Ask away', prompts: [{ label: 'About Anna', icon: 'lifesaver', prompt: [{ type: 'input_text', text: 'Who is ' }, { type: 'input_tag', id: 'u1', text: 'Anna Berg', interactive: true }] }] },
    composer: {
      placeholder: 'Message the helper',
      attachments: { enabled: true, maxSize: { 'text/*': 5 }, accept: { 'text/plain': ['.txt'] } },
      tools: [
        { id: 'web', label: 'Search the web', shortLabel: 'Web', icon: 'globe', pinned: true, placeholderOverride: 'Search for…' },
        { id: 'calc', label: 'Calculator', icon: 'chart', persistent: true },
      ],
      models: [{ id: 'small', label: 'Small' }, { id: 'large', label: 'Large', description: 'slow', default: true }, { id: 'old', label: 'Old', disabled: true }],
    },
    disclaimer: { text: 'It can be **wrong**.', highContrast: true },
    entities: {
      onTagSearch: async (query) => people.filter(({ title }) => title.toLowerCase().includes(query.toLowerCase())),
      showComposerMenu: true,
      onClick: (entity) => told.push(['entity', entity]),
      onRequestPreview: async ({ title }) => ({ preview: { type: 'Basic', children: [{ type: 'Text', value: title + ' leads the team' }] } }),
    },
    commands: {
      enabled: true,
      onSearch: async (query) => [{ id: 'team', label: 'Team', description: 'a member' }, { id: 'clear', label: 'Clear' }].filter(({ id }) => id.startsWith(query)),
      onSelect: async ({ id }) => {
        told.push(['command', id])
        if (id === 'team') return { type: 'menu', commands: [{ id: 'u2', label: 'Bo' }] }
        if (id === 'u2') return { type: 'entity', entity: people[1] }
      },
    },
  }
  chat.setOptions(options)
  document.body.append(chat)
`)

const told = (name?: string): Promise<unknown[]> =>
  ground.page.evaluate((wanted) => {
    const all = Reflect.get(globalThis, 'told')
    return all.filter(([one]: [string]) => wanted === undefined || one === wanted)
  }, name)
const button = (name: string) => ground.page.getByRole('button', { name, exact: true })
const call = (code: string): Promise<unknown> => ground.page.evaluate(code)

it('shows what the options say, and calls what they give', async () => {
  const { page } = ground
  await page.getByRole('heading', { name: 'Ask away' }).waitFor()
  await page.getByRole('region', { name: 'Helper' }).waitFor()
  await page.getByRole('heading', { name: 'Orders' }).waitFor()
  await button('Home').click()
  await button('Settings cog').click()
  expect(await told('left')).toHaveLength(1)
  expect(await told('right')).toHaveLength(1)
  await page.getByText('It can be wrong.').waitFor()
  expect(await ground.field().getAttribute('placeholder')).toBe('Message the helper')
  const style = await call(`JSON.stringify([
    chat.theme,
    getComputedStyle(chat.shadowRoot.querySelector('.composer')).borderRadius,
    getComputedStyle(chat.shadowRoot.querySelector('.send')).backgroundColor,
  ])`)
  expect(JSON.parse(String(style))).toEqual(['dark', '0px', expect.any(String)])
  const models = page.getByRole('combobox', { name: 'Model' })
  expect(await models.inputValue()).toBe('large')
  expect(await models.locator('option').allTextContents()).toEqual(['Small', 'Large – slow', 'Old'])
  expect(await models.locator('option[disabled]').count()).toBe(1)
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'long.txt', mimeType: 'text/plain', buffer: Buffer.from('too long') })
  await page.getByText('long.txt is too large (at most 5 B).').waitFor()
  expect(await told('ready')).toHaveLength(1)
})

it('sends tools, models, tags and replies as the server knows them', async () => {
  const { page } = ground
  await button('Search the web').click()
  expect(await ground.field().getAttribute('placeholder')).toBe('Search for…')
  expect(await told('tool.change')).toEqual([['tool.change', { toolId: 'web' }]])
  const sent = page.waitForRequest(
    (request) => request.postData()?.includes('threads.create') ?? false,
  )
  await ground.say('hello')
  const first = (await sent).postDataJSON().params.input
  expect(first.inference_options).toEqual({ model: 'large', tool_choice: { id: 'web' } })
  ground.word('Hi [open it](chatkit-link://order?id=7)')
  ground.word('END')
  await page.locator('[role=log][aria-busy=false]').waitFor()
  // Another answer is offered only where the option says so.
  expect(await button('Write another answer').count()).toBe(0)
  await call(`chat.setOptions({ ...options, threadItemActions: { retry: true }, thread: { autoScroll: true },
    widgets: { onAction: async (action, item) => void told.push(['action', action, item.id]) } })`)
  await button('Write another answer').waitFor()
  expect(await button('Actions').count()).toBe(0)
  expect(await call('chat.autoScroll')).toBe(true)
  await call("chat.onWidgetAction({ type: 'pay', payload: { sum: 5 } }, { id: 'w', widget: {} })")
  expect(await told('action')).toEqual([['action', { type: 'pay', payload: { sum: 5 } }, 'w']])
  await call('chat.setOptions(options)')
  expect(await call('chat.autoScroll')).toBe(false)
  // The tool was for one message.
  expect((await told('tool.change')).at(-1)).toEqual(['tool.change', { toolId: null }])
  await page.getByRole('link', { name: 'open it' }).click()
  expect(await told('deeplink')).toEqual([['deeplink', { name: 'order', data: { id: '7' } }]])
  expect((await told('thread.change')).length).toBe(1)

  const again = page.waitForRequest(
    (request) =>
      request.postData()?.includes('"reply"') === false &&
      (request.postData()?.includes('quoted') ?? false),
  )
  await call(`void chat.sendUserMessage({
    content: [{ type: 'input_text', text: 'And ' }, { type: 'input_tag', id: 'u2', text: 'Bo Ek' }],
    reply: 'Hi', newThread: true, toolChoice: { id: 'calc' }, model: 'small',
  })`)
  const { type, params } = (await again).postDataJSON()
  expect(type).toBe('threads.create')
  expect(params.input).toMatchObject({
    content: [
      { type: 'input_text', text: 'And ' },
      { type: 'input_tag', id: 'u2', text: 'Bo Ek', data: {}, interactive: false },
    ],
    quoted_text: 'Hi',
    inference_options: { tool_choice: { id: 'calc' }, model: 'small' },
  })
  ground.word('END')
  await page.locator('[role=log][aria-busy=false]').waitFor()
  expect((await told()).map((one) => (one as string[])[0])).toEqual(
    expect.arrayContaining(['response.start', 'response.end', 'log']),
  )
})

it('mentions entities, runs commands, and shows previews', async () => {
  const { page } = ground
  await ground.field().pressSequentially('Ask @be')
  await page.getByRole('option', { name: 'Anna Berg' }).waitFor()
  await ground.field().press('Enter')
  expect(await ground.field().inputValue()).toBe('Ask @Anna Berg ')
  const sent = page.waitForRequest(
    (request) => request.postData()?.includes('threads.create') ?? false,
  )
  await ground.field().press('Enter')
  expect((await sent).postDataJSON().params.input.content).toEqual([
    { type: 'input_text', text: 'Ask ' },
    {
      type: 'input_tag',
      id: 'u1',
      text: 'Anna Berg',
      group: 'People',
      interactive: true,
      data: { role: 'lead' },
    },
  ])
  ground.word('END')
  await page.locator('[role=log][aria-busy=false]').waitFor()
  await button('Anna Berg').hover()
  await page.getByText('Anna Berg leads the team').waitFor()
  await button('Anna Berg').click()
  expect(await told('entity')).toEqual([
    [
      'entity',
      { id: 'u1', title: 'Anna Berg', group: 'People', interactive: true, data: { role: 'lead' } },
    ],
  ])

  await ground.field().pressSequentially('/te')
  await page.getByRole('option', { name: 'Team' }).waitFor()
  await ground.field().press('Enter')
  await page.getByRole('option', { name: 'Bo', exact: true }).click()
  await expect.poll(() => ground.field().inputValue()).toBe('@Bo Ek ')
  expect(await told('command')).toEqual([
    ['command', 'team'],
    ['command', 'u2'],
  ])
  await button('Mention something').click()
  const menu = page.getByRole('listbox', { name: 'Suggestions' })
  await menu.waitFor()
  await ground.field().press('Escape')
  await menu.waitFor({ state: 'hidden' })
})

it('fills the composer, opens the history, and opens the first thread again', async () => {
  const { page } = ground
  await call(`chat.setComposerValue({
    content: [{ type: 'input_text', text: 'See ' }, { type: 'input_tag', id: 'u1', text: 'Anna Berg' }],
    reply: 'this', files: [new File(['abc'], 'a.txt', { type: 'text/plain' })],
    selectedToolId: 'calc', selectedModelId: 'small',
  })`)
  expect(await ground.field().inputValue()).toBe('See @Anna Berg')
  expect(await page.getByRole('combobox', { name: 'Tool' }).inputValue()).toBe('calc')
  expect(await page.getByRole('combobox', { name: 'Model' }).inputValue()).toBe('small')
  await page.getByText('a.txt').waitFor()
  await expect.poll(() => button('Send').getAttribute('aria-disabled')).toBeNull()
  await ground.field().press('Enter')
  await page.locator('.md', { hasText: 'Got a.txt.' }).waitFor()
  expect(await page.getByRole('combobox', { name: 'Tool' }).inputValue()).toBe('calc')
  const [[, { threadId }]] = (await told('thread.change')) as [[string, { threadId: string }]]

  // The list lies over the conversation on a narrow page.
  await page.setViewportSize({ width: 600, height: 700 })
  await call('chat.setThreadId(null)')
  await call('chat.showHistory()')
  await page.getByRole('navigation', { name: 'Conversations' }).waitFor()
  expect(await told('history.open')).toHaveLength(1)
  expect(await page.getByRole('button', { name: /^Rename/ }).count()).toBe(1)
  expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
  await call('chat.hideHistory()')
  expect(await told('history.close')).toHaveLength(1)

  await call(`(() => {
    const next = document.createElement('openai-chatkit')
    next.addEventListener('chatkit.thread.load.end', ({ detail }) => told.push(['loaded', detail]))
    next.setOptions({ ...options, initialThread: ${JSON.stringify(threadId)}, header: { enabled: false } })
    chat.replaceWith(next)
  })()`)
  await page.locator('.md', { hasText: 'Got a.txt.' }).waitFor()
  expect(await told('loaded')).toEqual([['loaded', { threadId }]])
  expect(await page.locator('.bar').isVisible()).toBe(false)
})

it('refuses the options of a server that only the official interface can use', async () => {
  const said = await call(`(() => {
    try { chat.setOptions({ api: { getClientSecret: async () => 'secret' } }) } catch (error) { return error.message }
  })()`)
  expect(said).toContain('api.url is missing')
})
