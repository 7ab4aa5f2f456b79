// Widgets in the real browser: every component, actions and forms, changes that leave what a person
// typed, and hostile texts.

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { launchBrowser } from '../../browser/browser.ts'
import { openStage, type Stage } from './widget-stage.ts'

let browser: Browser
let stage: Stage

beforeAll(async () => {
  browser = await launchBrowser()
}, 120_000)
afterAll(() => browser?.close())
beforeEach(async () => {
  stage = await openStage(browser)
})
afterEach(() => stage.close())

const card = (...children: object[]) => ({ type: 'Card', children })

describe('components', () => {
  it('every component of the protocol is drawn, and an unknown one as its children', async () => {
    const text = (value: string) => ({ type: 'Text', value })
    await stage.show({
      ...card(
        {
          type: 'Row',
          children: [
            { type: 'Icon', name: 'calendar' },
            { type: 'Badge', label: 'Paid', color: 'success' },
          ],
        },
        {
          type: 'Col',
          gap: 2,
          children: [
            { type: 'Title', value: 'A title' },
            { type: 'Caption', value: 'A caption' },
          ],
        },
        {
          type: 'Box',
          padding: { x: 2 },
          background: { light: '#fff', dark: '#000' },
          children: [text('In a box')],
        },
        { type: 'Markdown', value: 'Some **bold** words' },
        { type: 'Divider' },
        { type: 'Spacer' },
        { type: 'Transition', children: text('In a transition') },
        { type: 'Button', label: 'Press', onClickAction: { type: 'go' } },
        { type: 'Label', value: 'Your name', fieldName: 'name' },
        { type: 'Input', name: 'name', placeholder: 'Name' },
        { type: 'Textarea', name: 'note', rows: 2 },
        { type: 'Select', name: 'size', options: [{ value: 's', label: 'Small' }] },
        { type: 'DatePicker', name: 'day', defaultValue: '2026-11-27T00:00:00Z' },
        { type: 'Checkbox', name: 'agree', label: 'I agree' },
        {
          type: 'RadioGroup',
          name: 'pick',
          options: [
            { value: 'a', label: 'A' },
            { value: 'b', label: 'B' },
          ],
          defaultValue: 'b',
        },
        {
          type: 'Chart',
          data: [
            { month: 'May', sold: 3, rest: 5 },
            { month: 'June', sold: 7, rest: 1 },
          ],
          series: [
            { type: 'bar', dataKey: 'sold' },
            { type: 'line', dataKey: 'rest' },
          ],
          xAxis: 'month',
        },
        {
          type: 'Table',
          children: [
            {
              type: 'Table.Row',
              header: true,
              children: [{ type: 'Table.Cell', children: [text('Head')] }],
            },
          ],
        },
        { type: 'Hologram', children: [text('In something unknown')] },
        { type: 'Nothing' },
      ),
      status: { text: 'Up to date', icon: 'check' },
      confirm: { label: 'Yes', action: { type: 'yes' } },
      cancel: { label: 'No', action: { type: 'no' } },
    })
    const words = [
      'Paid',
      'A title',
      'A caption',
      'In a box',
      'bold',
      'In a transition',
      'In something unknown',
      'Up to date',
      'Head',
    ]
    for (const word of words)
      expect(await stage.page.getByText(word, { exact: true }).count(), word).toBeGreaterThan(0)
    for (const name of ['Press', 'Yes', 'No'])
      expect(await stage.page.getByRole('button', { name }).count()).toBe(1)
    expect(await stage.page.getByLabel('Your name').count()).toBe(1)
    expect(await stage.page.locator('input[type=date]').inputValue()).toBe('2026-11-27')
    expect(await stage.page.getByRole('radio', { name: 'B' }).isChecked()).toBe(true)
    expect(await stage.page.locator('figure table').textContent()).toContain('June')
    expect(stage.problems).toEqual([])
  })

  it('a list shows so many of its items, and the rest when asked', async () => {
    const items = Array.from({ length: 5 }, (_, n) => ({
      type: 'ListViewItem',
      children: [{ type: 'Text', value: `Item ${n}` }],
      onClickAction: { type: 'open', payload: { n } },
    }))
    await stage.show({ type: 'ListView', limit: 2, children: items })
    expect(await stage.page.getByRole('listitem').count()).toBe(2)
    await stage.page.getByRole('button', { name: 'more' }).click()
    expect(await stage.page.getByRole('listitem').count()).toBe(5)
    await stage.page.getByText('Item 3').click()
    expect(await stage.sent()).toMatchObject([{ type: 'open', payload: { n: 3 } }])
  })

  it('a tree that is too deep or too large is cut, and the page lives', async () => {
    let deep: object = { type: 'Text', value: 'bottom' }
    for (let n = 0; n < 500; n += 1) deep = { type: 'Box', children: [deep] }
    await stage.show(card(deep))
    expect(await stage.page.getByText('bottom').count()).toBe(0)
    await stage.show(
      card(...Array.from({ length: 5000 }, (_, n) => ({ type: 'Text', value: `t${n}` }))),
    )
    expect(await stage.page.locator('.w-text').count()).toBeLessThan(2000)
    expect(await stage.page.getByText('unknownPart').count()).toBe(1)
  })
})

describe('actions', () => {
  it('a button sends its action once, waits, and says what was refused', async () => {
    await stage.show(
      card({ type: 'Button', label: 'Go', onClickAction: { type: 'go', payload: { n: 1 } } }),
    )
    const button = stage.page.getByRole('button', { name: 'Go' })
    await button.dblclick()
    expect(await stage.sent()).toEqual([
      {
        type: 'go',
        payload: { n: 1 },
        handler: 'server',
        loadingBehavior: 'auto',
        streaming: true,
      },
    ])
    expect(await button.isDisabled()).toBe(true)
    await stage.settle(0, 'Not today')
    await expect.poll(() => stage.page.getByRole('alert').textContent()).toBe('Not today')
    await button.click()
    expect(await stage.sent()).toHaveLength(2)
    expect(await stage.page.getByRole('alert').textContent()).toBe('')
  })

  it('while an answer is written, only actions that come between nothing can be sent', async () => {
    await stage.show(
      card(
        { type: 'Button', label: 'Streams', onClickAction: { type: 'a' } },
        { type: 'Button', label: 'Answers', onClickAction: { type: 'b', streaming: false } },
        { type: 'Button', label: 'Stays', onClickAction: { type: 'c', handler: 'client' } },
      ),
    )
    await stage.page.evaluate('window.stage.host.busy = true')
    await stage.update(
      card(
        { type: 'Button', label: 'Streams', onClickAction: { type: 'a' } },
        { type: 'Button', label: 'Answers', onClickAction: { type: 'b', streaming: false } },
        { type: 'Button', label: 'Stays', onClickAction: { type: 'c', handler: 'client' } },
      ),
    )
    const disabled = (name: string) => stage.page.getByRole('button', { name }).isDisabled()
    expect([await disabled('Streams'), await disabled('Answers'), await disabled('Stays')]).toEqual(
      [true, false, false],
    )
  })

  it('the fields of a form go into the payload by name, under what the server wrote, and never into what every object has', async () => {
    await stage.show({
      type: 'Card',
      asForm: true,
      children: [
        { type: 'Input', name: 'person.name' },
        { type: 'Input', name: 'kept' },
        { type: 'Input', name: '__proto__.polluted' },
        { type: 'Input', name: 'constructor.prototype.polluted' },
        { type: 'Input', name: 'count', inputType: 'number' },
        { type: 'Checkbox', name: 'agree', label: 'Agree' },
        { type: 'RadioGroup', name: 'pick', options: [{ value: 'a', label: 'A' }] },
        { type: 'Select', name: 'size', options: [{ value: 's', label: 'Small' }] },
      ],
      confirm: {
        label: 'Send',
        action: { type: 'save', payload: { kept: 'server', person: { id: 1 } } },
      },
    })
    const fill = (name: string, value: string) =>
      stage.page.locator(`[data-field="${name}"]`).fill(value)
    await fill('person.name', 'Ada')
    await fill('kept', 'mine')
    await fill('__proto__.polluted', 'yes')
    await fill('constructor.prototype.polluted', 'yes')
    await fill('count', '3')
    await stage.page.getByLabel('Agree').check()
    await stage.page.getByRole('radio', { name: 'A' }).check()
    await stage.page.locator('select').selectOption('s')
    await stage.page.getByRole('button', { name: 'Send' }).click()
    expect(await stage.sent()).toMatchObject([
      {
        type: 'save',
        payload: {
          kept: 'server',
          person: { id: 1, name: 'Ada' },
          count: 3,
          agree: true,
          pick: 'a',
          size: 's',
        },
      },
    ])
    expect(JSON.stringify(await stage.sent())).not.toContain('polluted')
    expect(await stage.page.evaluate('({}).polluted')).toBeUndefined()
  })

  it('a select that is searched is a combobox: what is written into it must be one of its choices', async () => {
    const options = [
      { value: 'r', label: 'Red' },
      { value: 'b', label: 'Blue', description: 'like the sea' },
      { value: 'g', label: 'Green', disabled: true },
    ]
    const color = {
      type: 'Select',
      name: 'color',
      searchable: true,
      defaultValue: 'r',
      options,
      onChangeAction: { type: 'chosen' },
    }
    await stage.show({
      type: 'Card',
      asForm: true,
      children: [color],
      confirm: { label: 'Send', action: { type: 'save' } },
    })
    const box = stage.page.getByRole('combobox', { name: 'color' })
    expect(await box.inputValue()).toBe('Red')
    for (const wrong of ['Bl', 'b', 'Green']) {
      await box.fill(wrong)
      await box.press('Enter')
    }
    expect(await stage.sent()).toEqual([])
    expect(await box.getAttribute('aria-invalid')).toBe('true')
    expect(await stage.page.getByRole('alert').textContent()).toBe('color: choose')
    await box.fill('Blue')
    await box.press('Tab')
    expect(await stage.sent()).toMatchObject([{ type: 'chosen', payload: { color: 'b' } }])
    await stage.settle(0)
    await box.press('Enter')
    await stage.settle(1)
    await box.fill('')
    await box.press('Tab')
    expect((await stage.sent()).slice(1)).toMatchObject([
      { type: 'save', payload: { color: 'b' } },
      { type: 'chosen', payload: { color: '' } },
    ])
  })

  it('a form with something missing is not sent', async () => {
    await stage.show({
      type: 'Card',
      children: [
        {
          type: 'Form',
          onSubmitAction: { type: 'save' },
          children: [
            { type: 'Input', name: 'mail', inputType: 'email', required: true },
            { type: 'Button', label: 'Save', submit: true },
          ],
        },
      ],
    })
    const save = stage.page.getByRole('button', { name: 'Save' })
    await save.click()
    await stage.page.locator('input').fill('not a mail')
    await save.click()
    expect(await stage.sent()).toEqual([])
    await stage.page.locator('input').fill('ada@example.org')
    await stage.page.locator('input').press('Enter')
    expect(await stage.sent()).toMatchObject([
      { type: 'save', payload: { mail: 'ada@example.org' } },
    ])
  })
})

it('a widget that changes keeps what the person typed, and where they are', async () => {
  const with_ = (...more: object[]) =>
    card(...more, { type: 'Input', id: 'name', name: 'name', defaultValue: 'start' })
  await stage.show(with_())
  await stage.page.locator('input').fill('typed')
  await stage.update(with_({ type: 'Text', id: 't', value: 'Above it now' }))
  expect(await stage.page.locator('input').inputValue()).toBe('typed')
  expect(
    await stage.page.evaluate("document.activeElement === document.querySelector('input')"),
  ).toBe(true)
})

const HOSTILE = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'

it.each<[string, object]>([
  ['text', { type: 'Text', value: HOSTILE }],
  [
    'Markdown',
    {
      type: 'Markdown',
      value: `${HOSTILE} [x](javascript:window.hit=1) ![p](https://evil.example/p?q=1)`,
    },
  ],
  ['labels', { type: 'Button', label: HOSTILE }],
  ['an image', { type: 'Image', src: 'https://evil.example/pixel.png', alt: HOSTILE }],
  ['an image that is script', { type: 'Image', src: 'javascript:window.hit=1' }],
  [
    'colours',
    {
      type: 'Box',
      background: 'url(https://evil.example/c)',
      children: [{ type: 'Text', value: 'x', color: 'red;background:url(//evil.example/t)' }],
    },
  ],
  [
    'sizes',
    {
      type: 'Box',
      width: 'calc(1px + env(x))',
      margin: 'url(https://evil.example/m)',
      aspectRatio: 'url(https://evil.example/a)',
    },
  ],
  [
    'a border',
    { type: 'Box', border: { size: 1, color: 'url(https://evil.example/b)', style: 'url(x)' } },
  ],
  ['icons', { type: 'Icon', name: HOSTILE, color: 'url(https://evil.example/i)' }],
  [
    'a chart',
    {
      type: 'Chart',
      data: [{ x: HOSTILE, y: 1 }],
      series: [{ dataKey: 'y', label: HOSTILE, color: 'url(https://evil.example/h)' }],
      xAxis: 'x',
    },
  ],
  [
    'a field',
    { type: 'Input', name: HOSTILE, defaultValue: HOSTILE, placeholder: HOSTILE, pattern: '(' },
  ],
  ['keys', { type: 'Text', key: '__proto__', id: 'constructor', value: 'x' }],
])('%s that want to be more do nothing, and load nothing', async (_, component) => {
  await stage.show(card(component))
  await stage.update(card(component, { type: 'Text', value: 'after' }))
  await stage.page.getByText('after').waitFor()
  expect(await stage.page.evaluate('window.hit')).toBeUndefined()
  expect(stage.requests).toEqual([])
  expect(stage.problems).toEqual([])
})

it.each(['calc(0px - 500px)', 'calc(10px - 30%)', 'calc(1px * -500)'])(
  'a sum that comes to less than nothing (%s) lays a widget over nothing else',
  async (sum) => {
    await stage.show(
      card({ type: 'Box', margin: sum, children: [{ type: 'Text', value: 'moved' }] }),
    )
    const margin: string = await stage.page.evaluate(
      "getComputedStyle(document.querySelector('.w-box')).marginTop",
    )
    expect(Number.parseFloat(margin)).toBeGreaterThanOrEqual(0)
    await stage.update(
      card({
        type: 'Box',
        margin: 'calc(1px + 2px)',
        children: [{ type: 'Text', value: 'moved' }],
      }),
    )
    expect(
      await stage.page.evaluate("getComputedStyle(document.querySelector('.w-box')).marginTop"),
    ).toBe('3px')
  },
)

it('every icon is a drawing of its own', async () => {
  const names = [
    'check-circle',
    'chevron-left',
    'circle-question',
    'clock',
    'document',
    'globe',
    'info',
    'search',
    'square-image',
    'user',
  ]
  await stage.show(
    card(...names.map((name) => ({ type: 'Icon', name })), { type: 'Icon', name: 'empty-circle' }),
  )
  const drawn: string[] = await stage.page.evaluate(
    "[...document.querySelectorAll('path')].map((path) => path.getAttribute('d'))",
  )
  expect(new Set(drawn).size).toBe(names.length + 1)
  for (const path of drawn) expect(path).toMatch(/^M[\d\sa-zA-Z.-]+$/)
})
