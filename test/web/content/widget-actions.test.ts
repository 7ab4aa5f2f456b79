// What a widget asks of its host, when, and how often. What a person has begun survives what the
// server sends.
import { describe, expect, it } from 'vitest'
import {
  type ContentPage,
  contentPages,
  expectHarmless,
  item,
  seriousFindings,
} from './content-page.ts'

const { open } = contentPages()

type Fields = Readonly<Record<string, unknown>>
const widget = (root: Fields) => item('widget', { widget: root })
const card = (children: readonly Fields[], more: Fields = {}) =>
  widget({ type: 'Card', children, ...more })
const text = (value: string, more: Fields = {}) => ({ type: 'Text', value, ...more })
const button = (label: string, more: Fields = {}) => ({ type: 'Button', label, ...more })
const filled = { handler: 'server', loadingBehavior: 'auto', streaming: true }

const actions = async (at: ContentPage) =>
  (await at.calls()).map((call) => (Array.isArray(call) ? call[1] : call))
const pressed = (at: ContentPage, name: string) =>
  at.page.getByRole('button', { name }).click({ force: true })

describe('an action', () => {
  it('an action keeps the focus where it was pressed, says that it waits, and goes out once', async () => {
    const at = await open()
    await at.show(card([button('Go', { onClickAction: { type: 'go' } })]))
    await at.page.getByRole('button', { name: 'Go' }).focus()
    await at.page.keyboard.press('Enter')
    await at.page.keyboard.press('Enter')
    const go = at.page.getByRole('button', { name: 'Go' })
    expect(await actions(at)).toEqual([{ type: 'go', ...filled }])
    expect([await go.getAttribute('aria-busy'), await go.getAttribute('aria-disabled')]).toEqual([
      'true',
      'true',
    ])
    expect(await at.page.evaluate('content.root.activeElement.textContent')).toBe('Go')
    await at.page.evaluate('content.release()')
    await expect.poll(() => go.getAttribute('aria-busy')).toBeNull()
    expect(await at.page.evaluate('content.root.activeElement.textContent')).toBe('Go')
  })

  it('that shows nothing of its waiting goes out once all the same', async () => {
    const at = await open()
    await at.show(card([button('Go', { onClickAction: { type: 'go', loadingBehavior: 'none' } })]))
    await at.page.getByRole('button', { name: 'Go' }).dblclick()
    expect(await actions(at)).toEqual([{ type: 'go', ...filled, loadingBehavior: 'none' }])
    expect(await at.page.getByRole('button', { name: 'Go' }).getAttribute('aria-busy')).toBeNull()
  })

  it('that holds its widget marks it as busy', async () => {
    const at = await open()
    await at.show(
      card([button('Go', { onClickAction: { type: 'go', loadingBehavior: 'container' } })]),
    )
    await pressed(at, 'Go')
    expect(await at.page.locator('.widget-item').getAttribute('aria-busy')).toBe('true')
    await at.page.evaluate('content.release()')
    await expect.poll(() => at.page.locator('.widget-item').getAttribute('aria-busy')).toBeNull()
  })

  it('that is answered at once, or stays in the page, does not wait for one that streams', async () => {
    const at = await open()
    await at.show(
      card([
        button('Streams', { onClickAction: { type: 'a' } }),
        button('Also', { onClickAction: { type: 'b' } }),
        button('Answers', { onClickAction: { type: 'c', streaming: false } }),
        button('Stays', { onClickAction: { type: 'd', handler: 'client' } }),
      ]),
    )
    for (const name of ['Streams', 'Also', 'Answers', 'Answers', 'Stays', 'Stays'])
      await pressed(at, name)
    expect((await actions(at)).map((one) => one.type)).toEqual(['a', 'c', 'd'])
    expect(await actions(at)).toMatchObject([{}, { streaming: false }, { handler: 'client' }])
    // What was put in front of it must not send it either.
    await at.page.evaluate(`content.root.querySelectorAll('button')[1].click()`)
    expect(await actions(at)).toHaveLength(3)
  })

  it('an action of a field sends its value, and cannot be changed while an answer is being written', async () => {
    const at = await open()
    const change = (type: string) => ({
      onChangeAction: { type, payload: { kept: 1 }, streaming: true },
    })
    const options = [
      { value: 'a', label: 'A' },
      { value: 'b', label: 'B' },
    ]
    await at.show(
      card(
        [
          { type: 'Select', name: 'pick.one', options, ...change('select') },
          { type: 'Checkbox', name: 'agree', label: 'Agree', ...change('check') },
          {
            type: 'RadioGroup',
            name: 'radio',
            options: [{ value: 'r', label: 'R' }],
            ...change('radio'),
          },
          { type: 'DatePicker', name: 'day', ...change('day') },
          { type: 'Input', name: 'other', defaultValue: 'x' },
        ],
        { asForm: true },
      ),
    )
    const next = async () => {
      await at.page.evaluate('content.release()')
      await expect.poll(() => at.page.locator('select').isDisabled()).toBe(false)
    }
    await at.page.locator('select').selectOption('b')
    expect(await at.page.getByRole('checkbox').isDisabled()).toBe(true)
    await next()
    await at.page.getByRole('checkbox').check()
    await next()
    await at.page.getByLabel('R', { exact: true }).check()
    await next()
    await at.page.locator('input[type=date]').fill('2026-12-01')
    const rest = { agree: true, other: 'x', pick: { one: 'b' } }
    expect(await actions(at)).toEqual([
      {
        type: 'select',
        ...filled,
        payload: { kept: 1, pick: { one: 'b' }, agree: false, day: '', other: 'x' },
      },
      { type: 'check', ...filled, payload: { kept: 1, ...rest, day: '' } },
      { type: 'radio', ...filled, payload: { kept: 1, ...rest, radio: 'r', day: '' } },
      { type: 'day', ...filled, payload: { kept: 1, ...rest, radio: 'r', day: '2026-12-01' } },
    ])
    await next()
    await at.page.evaluate('content.setBusy(true)')
    expect(await at.page.locator('select').isDisabled()).toBe(true)
    expect(await at.page.locator('[data-field=other]').isDisabled()).toBe(false)
  })

  it('an action of a list item is not sent by a button within it, and can be reached by keyboard in both cases', async () => {
    const at = await open()
    await at.show(
      widget({
        type: 'ListView',
        children: [
          { type: 'ListViewItem', onClickAction: { type: 'plain' }, children: [text('Plain')] },
          {
            type: 'ListViewItem',
            onClickAction: { type: 'outer' },
            children: [
              text('Worked'),
              button('In', { onClickAction: { type: 'inner', streaming: false } }),
            ],
          },
        ],
      }),
    )
    await at.page.getByRole('button', { name: 'In', exact: true }).click()
    expect((await actions(at)).map((one) => one.type)).toEqual(['inner'])
    await at.page.evaluate('content.release()')
    await at.page.getByText('Worked').click()
    await at.page.evaluate('content.release()')
    await expect
      .poll(() => at.page.getByRole('button', { name: 'Show more' }).getAttribute('aria-disabled'))
      .toBeNull()
    await at.page.getByRole('button', { name: 'Show more' }).press('Enter')
    await at.page.evaluate('content.release()')
    await expect
      .poll(() => at.page.getByRole('button', { name: 'Plain' }).getAttribute('aria-disabled'))
      .toBeNull()
    await at.page.getByRole('button', { name: 'Plain' }).press(' ')
    expect((await actions(at)).map((one) => one.type)).toEqual(['inner', 'outer', 'outer', 'plain'])
    expect(await seriousFindings(at)).toEqual([])
  })
})

describe('a form', () => {
  const form = (more: Fields = {}) =>
    card(
      [
        { type: 'Label', value: 'Your name', fieldName: 'name' },
        { type: 'Input', name: 'name', required: true, pattern: '[A-Z][a-z]+' },
      ],
      {
        asForm: true,
        confirm: { label: 'Yes', action: { type: 'yes', payload: { id: 7 } } },
        cancel: { label: 'No', action: { type: 'no' } },
        ...more,
      },
    )

  it('a form says what is missing or wrong, beside the widget, and is sent by Enter when it is right', async () => {
    const at = await open()
    await at.show(form())
    await pressed(at, 'Yes')
    expect(await at.page.getByRole('alert').textContent()).toBe(
      'Your name: Please fill in this field.',
    )
    const name = at.page.getByLabel('Your name')
    expect(await name.getAttribute('aria-invalid')).toBe('true')
    expect(await at.page.evaluate(`content.root.activeElement.dataset.field`)).toBe('name')
    await name.fill('ada')
    await name.press('Enter')
    expect(await at.page.getByRole('alert').textContent()).toMatch(/^Your name: .*format/)
    expect(await actions(at)).toEqual([])
    await name.fill('Ada')
    await name.press('Enter')
    expect(await actions(at)).toEqual([{ type: 'yes', ...filled, payload: { id: 7, name: 'Ada' } }])
    expect(await at.page.getByRole('alert').textContent()).toBe('')
    expect(await name.getAttribute('aria-invalid')).toBeNull()
    await at.page.evaluate(`content.release('It is late')`)
    await expect.poll(() => at.page.getByRole('alert').textContent()).toBe('It is late')
    expect(await name.inputValue()).toBe('Ada')
  })

  it('a form can be cancelled with nothing filled in', async () => {
    const at = await open()
    await at.show(form())
    await pressed(at, 'No')
    expect(await actions(at)).toEqual([{ type: 'no', ...filled, payload: { name: '' } }])
  })

  it('a form in a card is sent by its own button, with its own fields alone', async () => {
    const at = await open()
    await at.show(
      card([
        { type: 'Input', name: 'outside', defaultValue: 'no' },
        {
          type: 'Form',
          onSubmitAction: { type: 'save' },
          children: [
            text('here', { editable: { name: 'title', required: true } }),
            { type: 'Textarea', name: 'note', defaultValue: 'a\nb' },
            { type: 'Input', name: 'off', defaultValue: 'x', disabled: true },
            button('Save', { submit: true }),
            button('Else', { submit: true, onClickAction: { type: 'else', streaming: false } }),
          ],
        },
      ]),
    )
    await pressed(at, 'Else')
    await pressed(at, 'Save')
    const payload = { title: 'here', note: 'a\nb' }
    expect(await actions(at)).toEqual([
      { type: 'else', ...filled, streaming: false, payload },
      { type: 'save', ...filled, payload },
    ])
    await expectHarmless(at)
  })

  it('a form leaves a payload that is no object as it is', async () => {
    const at = await open()
    await at.show(
      card(
        [
          { type: 'Input', name: 'a', defaultValue: '1' },
          button('Go', { onClickAction: { type: 'go', payload: [1] } }),
        ],
        {
          asForm: true,
        },
      ),
    )
    await pressed(at, 'Go')
    expect(await actions(at)).toEqual([{ type: 'go', ...filled, payload: [1] }])
  })
})

describe('a widget that comes again', () => {
  it('a widget that comes again takes a new default where the person wrote nothing, and nowhere else', async () => {
    const at = await open()
    const state = (value: string, checked: boolean) =>
      card([
        { type: 'Input', name: 'mine', defaultValue: value },
        { type: 'Input', name: 'theirs', defaultValue: value },
        { type: 'Textarea', name: 'area', defaultValue: value },
        { type: 'Checkbox', name: 'box', defaultChecked: checked },
        {
          type: 'Select',
          name: 'pick',
          defaultValue: value,
          options: ['one', 'two'].map((one) => ({ value: one, label: one })),
        },
      ])
    const first = state('one', false)
    await at.show(first)
    await at.page.locator('[data-field=mine]').fill('typed')
    await at.show({ ...state('two', true), id: first.id })
    const values = await at.page.evaluate(
      `[...content.root.querySelectorAll('[data-field]')].map((one) => one.type === 'checkbox' ? one.checked : one.value)`,
    )
    expect(values).toEqual(['typed', 'two', 'two', true, 'two'])
  })

  it('a widget that comes again lets text grow in place, and what a person writes, wherever it moves', async () => {
    const at = await open()
    const state = (value: string, before: readonly Fields[] = []) =>
      card([
        ...before,
        text(value, { id: 't', streaming: true }),
        { type: 'Markdown', id: 'm', value, streaming: true },
        { type: 'Input', id: 'i', name: 'i' },
        { type: 'Input', id: 'j', name: 'j' },
      ])
    const first = state('**a')
    await at.show(first)
    await at.page.locator('[data-field=i]').pressSequentially('typ')
    await at.page.evaluate(
      `for (const one of content.root.querySelectorAll('.w-text, .md')) one.mine = 1`,
    )
    await at.show({ ...state('**a b**', [text('new'), { type: 'Divider' }]), id: first.id })
    await at.page.keyboard.type('ed')
    expect(await at.page.locator('[data-field=i]').inputValue()).toBe('typed')
    expect(await at.page.locator('.widget .md strong').textContent()).toBe('a b')
    expect(
      await at.page.evaluate(
        `[...content.root.querySelectorAll('.w-text, .widget .md')].map((one) => one.mine ?? 0)`,
      ),
    ).toEqual([0, 1, 1])
    const moved = state('**a b**')
    const children = (moved.widget as { children: readonly Fields[] }).children.toReversed()
    await at.show({ ...moved, widget: { type: 'Card', children }, id: first.id })
    await at.page.keyboard.type('!')
    expect(await at.page.locator('[data-field=i]').inputValue()).toBe('typed!')
  })

  it('a widget that comes again keeps two components apart that have the same key', async () => {
    const at = await open()
    const state = card([
      { type: 'Markdown', value: 'one' },
      { type: 'Markdown', value: 'two' },
      text('three', { id: 'same' }),
      text('four', { id: 'same' }),
    ])
    await at.show(state)
    await at.page.evaluate(
      `for (const one of content.root.querySelectorAll('.widget .md, .w-text')) one.mine = 1`,
    )
    await at.show({ ...state })
    expect(
      await at.page.evaluate(
        `[...content.root.querySelectorAll('.widget .md, .w-text')].map((one) => one.textContent + one.mine)`,
      ),
    ).toEqual(['one1', 'two1', 'three1', 'four1'])
  })

  it('a widget that comes again shows another root, without buttons when it was decided', async () => {
    const at = await open()
    const first = card([text('May I?')], {
      confirm: { label: 'Yes', action: { type: 'yes' } },
      cancel: { label: 'No', action: { type: 'no' } },
    })
    await at.show(first)
    await pressed(at, 'Yes')
    await at.show({
      ...card([text('Approved.')], { status: { text: 'Done', icon: 'check' } }),
      id: first.id,
    })
    expect(await at.page.getByRole('button').count()).toBe(0)
    expect(await at.page.locator('.widget').textContent()).toBe('DoneApproved.')
    await at.show({ ...widget({ type: 'Basic', children: [text('Basic')] }), id: first.id })
    expect(await at.page.locator('.widget').textContent()).toBe('Basic')
    await expectHarmless(at)
  })
})

describe('a component', () => {
  it('a component takes colours, sizes and spaces of the allowed forms, and none that reach out of the widget', async () => {
    const at = await open()
    await at.show(
      widget({
        type: 'Basic',
        theme: 'dark',
        children: [
          {
            type: 'Box',
            padding: 2,
            margin: { x: 1, top: '5px' },
            width: '50%',
            radius: 'md',
            background: { light: '#fff', dark: 'rgb(1, 2, 3)' },
            border: 2,
            aspectRatio: '16/9',
          },
          {
            type: 'Box',
            margin: -50,
            padding: { left: -1 },
            width: 'calc(100% - 8px)',
            height: 'calc(1px + url(x))',
            background: 'blue-500',
          },
          {
            type: 'Box',
            width: '-5px',
            margin: '-5px',
            gap: 'expression(1)',
            background: 'inherit;position:fixed',
            radius: 'position: fixed',
          },
        ],
      }),
    )
    const style = (n: number) =>
      at.page.evaluate<string>(
        `content.root.querySelectorAll('.w-box')[${n}].getAttribute('style')`,
      )
    expect(await style(0)).toBe(
      'display: flex; flex-direction: column; width: 50%; aspect-ratio: 16 / 9; border-radius: 8px; margin-inline: 4px; margin-block-start: 5px; background: light-dark(rgb(255, 255, 255), rgb(1, 2, 3)); padding: 8px; border: 2px solid var(--chat-border);',
    )
    expect(await style(1)).toBe(
      'display: flex; flex-direction: column; width: max(0px, 100% - 8px); margin: 0px; background: oklch(0.6 0.17 255); padding-inline-start: 0px;',
    )
    expect(await style(2)).toBe('display: flex; flex-direction: column;')
    expect(
      await at.page.evaluate(
        `getComputedStyle(content.root.querySelector('.w-box')).backgroundColor`,
      ),
    ).toBe('rgb(1, 2, 3)')
    await expectHarmless(at)
  })

  it('beyond the bounds is left out, with a notice: depth, number, options, rows', async () => {
    const at = await open()
    let deep: Fields = text('bottom')
    for (let n = 0; n < 2000; n++) deep = { type: 'Box', children: [deep] }
    await at.show(card([deep]))
    const options = Array.from({ length: 100_000 }, (_, n) => ({
      value: String(n),
      label: String(n),
    }))
    await at.show(card([{ type: 'Select', name: 's', options }]))
    await at.show(
      card([
        {
          type: 'Table',
          children: Array.from({ length: 5000 }, () => ({
            type: 'Table.Row',
            children: [{ type: 'Table.Cell' }],
          })),
        },
      ]),
    )
    expect(await at.page.getByText('This part cannot be shown here.').count()).toBe(3)
    expect(await at.page.evaluate('content.root.querySelectorAll("*").length')).toBeLessThan(8000)
  })

  it('that is a picture is loaded from allowed places alone', async () => {
    const at = await open({ allowedImageDomains: [] })
    const own = new URL('/own.svg', at.page.url()).href
    await at.show(
      card(
        [
          { type: 'Image', src: own, alt: 'Own' },
          { type: 'Image', src: 'https://evil.example/x?d=1', alt: 'Far' },
        ],
        {
          status: { text: 'Status', favicon: 'https://evil.example/favicon.ico' },
        },
      ),
    )
    expect(await at.page.getByRole('img', { name: 'Own' }).count()).toBe(1)
    expect(await at.page.getByRole('link').textContent()).toBe('Far (https://evil.example/x?d=1)')
    await expectHarmless(at)
  })

  it('that is a chart stands series of one stack on each other, and says a value under the pointer', async () => {
    const at = await open()
    const data = [{ month: 'May', sold: 3, kept: 2, lost: -4 }]
    const stacked = (dataKey: string) => ({ type: 'bar', dataKey, stack: 's' })
    await at.show(
      card([
        {
          type: 'Chart',
          data,
          series: [...['sold', 'kept', 'lost'].map(stacked), { type: 'bar', dataKey: 'sold' }],
          xAxis: 'month',
        },
      ]),
    )
    const [sold, kept, lost, alone] = await at.page.locator('.w-chart rect').evaluateAll((rects) =>
      rects.map((one) => {
        const of = (name: string) => Number(one.getAttribute(name))
        return { x: of('x'), top: of('y'), bottom: of('y') + of('height'), title: one.textContent }
      }),
    )
    expect(kept?.x).toBe(sold?.x)
    expect(kept?.bottom).toBeCloseTo(sold?.top ?? 0, 0)
    expect(lost?.top).toBeCloseTo(sold?.bottom ?? 0, 0)
    expect(alone?.x).toBeGreaterThan(sold?.x ?? 0)
    expect([sold, kept, lost].map((one) => one?.title)).toEqual([
      'May: sold 3',
      'May: kept 2',
      'May: lost -4',
    ])
    await expectHarmless(at)
  })

  it('that is a chart says in a table what it draws', async () => {
    const at = await open()
    const data = [
      { month: 'May', sold: 3, rest: -5 },
      { month: 'June', sold: 7, rest: 'x' },
    ]
    await at.show(
      card([
        {
          type: 'Chart',
          data,
          series: [
            { type: 'bar', dataKey: 'sold', label: 'Sold' },
            { type: 'line', dataKey: 'rest', color: 'red-500' },
            { type: 'area', dataKey: 'none' },
          ],
          xAxis: { dataKey: 'month', labels: { May: 'Mai' } },
          showYAxis: true,
        },
      ]),
    )
    expect(await at.page.locator('.w-chart rect').count()).toBe(2)
    expect(await at.page.locator('.w-chart polyline').count()).toBe(2)
    expect(await at.page.locator('.w-chart polygon').count()).toBe(1)
    expect(await at.page.locator('.w-chart tr').allTextContents()).toEqual([
      'monthSoldrestnone',
      'Mai3-50',
      'June700',
    ])
    expect(await seriousFindings(at)).toEqual([])
    await expectHarmless(at)
  })

  it('that is a card can be collapsed, and opened again', async () => {
    const at = await open()
    await at.show(card([text('inside')], { collapsed: true }))
    expect(await at.page.getByText('inside').isVisible()).toBe(false)
    await at.page.getByRole('button', { name: 'Show all' }).click()
    expect(await at.page.getByText('inside').isVisible()).toBe(true)
    expect(await at.page.getByRole('button').getAttribute('aria-expanded')).toBe('true')
  })
})
