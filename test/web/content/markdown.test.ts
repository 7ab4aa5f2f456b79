// Markdown in the real Chromium: how it looks, that a growing text ends like one that came at once,
// and that a large answer stays fluid.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, contentPages, expectHarmless, item, seriousFindings } from './content-page.ts'

const { open } = contentPages()

const SAMPLE = `# Title *one*

Text with **bold**, _em_, ~~gone~~, \`code\`, &amp; &lt;b&gt; &#8212; and a
line break.\\
Next.

- one
- two
  - nested

1. first

   more
2. second

- [x] done
- [ ] open

> quoted
> text

| Name | Number |
| :--- | -----: |
| a | 1 |

\`\`\`ts
const x = 1 < 2
\`\`\`

---

End.
`

describe('Markdown', () => {
  it('Markdown becomes headings, lists, tables, code and the rest, without any markup of the text', async () => {
    const at = await open()
    await at.markdown(SAMPLE)
    const notice = at.page.locator('#notice')
    expect(await notice.locator('h3').textContent()).toBe('Title one')
    expect(await notice.locator('h3 em').textContent()).toBe('one')
    expect(await notice.locator('p').first().textContent()).toContain('& <b> — and a')
    expect(await notice.locator('ul ul li').textContent()).toBe('nested')
    expect(await notice.locator('ol > li').count()).toBe(2)
    expect(
      await at.page.evaluate(
        "[...content.root.querySelectorAll('li.task input')].map((one) => [one.checked, one.disabled])",
      ),
    ).toEqual([
      [true, true],
      [false, true],
    ])
    expect(await notice.locator('blockquote').textContent()).toContain('quoted')
    expect(await notice.locator('th').allTextContents()).toEqual(['Name', 'Number'])
    expect(await notice.locator('figure code').textContent()).toBe('const x = 1 < 2')
    expect(await notice.locator('figure .language').textContent()).toBe('ts')
    expect(await notice.locator('hr').count()).toBe(1)
    expect(await notice.locator('p').last().textContent()).toBe('End.')
    await expectHarmless(at)
    expect(await seriousFindings(at)).toEqual([])
  })

  it('Markdown shows what is not seen in code, and leaves alone what belongs to a character', async () => {
    const at = await open()
    await at.markdown(
      '```\na\u{e0101}\u{e0102}\ufe00\u3164b \u2764\ufe0f\ufe0f \u1820\u180b\u180b\n```',
    )
    expect(await at.page.locator('#notice figure code').textContent()).toBe(
      'a⟨U+E0101⟩⟨U+E0102⟩⟨U+FE00⟩⟨U+3164⟩b \u2764\ufe0f⟨U+FE0F⟩ \u1820\u180b⟨U+180B⟩',
    )
  })

  it('copies code as it was written, and says so', async () => {
    const at = await open()
    await at.markdown('```\na\u202eb\n```')
    const code = at.page.locator('#notice figure')
    expect(await code.locator('code').textContent()).toBe('a⟨U+202E⟩b')
    await code.getByRole('button', { name: 'Copy code' }).click()
    await code.getByRole('button', { name: 'Copied' }).waitFor()
    expect(await at.page.evaluate('navigator.clipboard.readText()')).toBe('a\u202eb')
  })

  it.each([
    [
      '[the bank](https://evil.example/a?b=c)',
      'the bank (https://evil.example/a?b=c)',
      'https://evil.example/a?b=c',
    ],
    [
      '[https://bank.example](https://evil.example)',
      'https://bank.example (https://evil.example/)',
      'https://evil.example/',
    ],
    ['<https://a.example/x>', 'https://a.example/x', 'https://a.example/x'],
    ['https://a.example', 'https://a.example/', 'https://a.example/'],
    ['www.a.example', 'http://www.a.example/', 'http://www.a.example/'],
    ['a@b.example', 'a@b.example', 'mailto:a@b.example'],
    [
      '[x](https://аpple.example)',
      'x (https://xn--pple-43d.example/)',
      'https://xn--pple-43d.example/',
    ],
    [
      '[a\u202eb](https://a.example/\u202egpj.exe)',
      'a⟨U+202E⟩b (https://a.example/%E2%80%AEgpj.exe)',
      'https://a.example/%E2%80%AEgpj.exe',
    ],
    ['[r][1]\n\n[1]: https://ref.example/', 'r (https://ref.example/)', 'https://ref.example/'],
    [
      '[a&amp;b](https://a.example/?a=1&amp;b=2)',
      'a&b (https://a.example/?a=1&b=2)',
      'https://a.example/?a=1&b=2',
    ],
    [
      '![alt](https://img.example/x.png?d=secret)',
      'alt (https://img.example/x.png?d=secret)',
      'https://img.example/x.png?d=secret',
    ],
  ])('Markdown shows the whole address of %s', async (text, says, href) => {
    const at = await open()
    await at.markdown(text)
    const link = at.page.locator('#notice a')
    expect(await link.textContent()).toBe(says)
    expect(await link.getAttribute('href')).toBe(href)
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await link.getAttribute('target')).toBe('_blank')
    await expectHarmless(at)
  })

  it.each([
    '[x](javascript:globalThis.owned=1)',
    '[x](JaVaScRiPt&colon;globalThis.owned=1)',
    '[x](java&#10;script:globalThis.owned=1)',
    '[x](data:text/html,<script>opener.owned=1</script>)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](/relative)',
    '[x](//evil.example)',
    '[x](https://bank.example@evil.example/)',
    '![x](data:image/svg+xml,<svg/onload=owned=1>)',
    '[x](blob:https://a.example/1)',
    `[x](https://a.example/${'a'.repeat(5000)})`,
  ])('Markdown makes no link of %s', async (text) => {
    const at = await open()
    await at.markdown(text)
    expect(await at.page.locator('#notice a, #notice img').count()).toBe(0)
    await expectHarmless(at)
  })

  it('loads images from listed hosts alone, and never from its own origin', async () => {
    const at = await open({ allowedImageDomains: ['img.example'] })
    const own = new URL('/own.svg', at.page.url()).href
    await at.markdown(
      `![a](https://img.example/a.png) ![b](https://sub.img.example/b.png) ![c](http://img.example/c.png) ![d](https://img.example:8443/d.png) ![e](${own}) ![f](/own.svg)`,
    )
    expect(
      await at.page
        .locator('#notice img')
        .evaluateAll((all) => all.map((one) => one.getAttribute('src'))),
    ).toEqual(['https://img.example/a.png'])
    expect(await at.page.locator('#notice img').getAttribute('referrerpolicy')).toBe('no-referrer')
    // The page's own policy stops even that one here.
    expect(at.requests.filter((url) => url.endsWith('own.svg'))).toEqual([])
  })

  it('Markdown is looked over after it is built: what should not be there is taken out', async () => {
    const at = await open()
    const left = await at.page.evaluate<string>(`(() => {
      const p = document.createElement('p')
      for (const [tag, attributes] of [
        ['a', { href: 'javascript:owned=1', onclick: 'owned=1', style: 'color:red' }],
        ['a', { href: 'https://a.example/', rel: 'nofollow', id: 'content' }],
        ['iframe', { name: 'x' }],
        ['form', { action: 'https://evil.example' }],
      ]) {
        const one = document.createElement(tag)
        for (const [name, value] of Object.entries(attributes)) if (!name.startsWith('on')) one.setAttribute(name, value)
        p.append(one)
      }
      const other = document.createElementNS('http://www.w3.org/2000/svg', 'a')
      other.setAttributeNS('http://www.w3.org/1999/xlink', 'xlink:href', 'javascript:owned=1')
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
      svg.append(other.cloneNode(), document.createElementNS('http://www.w3.org/2000/svg', 'style'))
      const math = document.createElementNS('http://www.w3.org/1998/Math/MathML', 'math')
      math.append(document.createElementNS('http://www.w3.org/1998/Math/MathML', 'p'), document.createElement('p'))
      p.append(other, svg, math, document.createElement('svg'), document.createElement('style'))
      return content.purify(p).outerHTML
    })()`)
    expect(left).toBe('<p><a></a><a href="https://a.example/" rel="nofollow"></a></p>')
    expect(at.troubles.filter((one) => !one.includes('style-src'))).toEqual([])
  })

  it('isolates texts that are read from right to left', async () => {
    const at = await open()
    await at.markdown('שלום עולם\n\n- مرحبا\n\nplain')
    const direction = (selector: string) =>
      at.page.evaluate(
        `getComputedStyle(content.root.querySelector('#notice ${selector}')).direction`,
      )
    expect(await direction('p')).toBe('rtl')
    expect(await direction('li')).toBe('rtl')
    expect(await direction('p:last-child')).toBe('ltr')
  })

  it('lists and tables of a right-to-left answer begin at the right, with their bullets in the column; numbers and Latin words change nothing', async () => {
    const one = await open()
    await one.markdown('شكرا\n\n- TaskFlow\n- 2\n\n| اسم | 1 |\n|---|---|\n| Bob | 2 |\n\n> Hello')
    const sides = await one.page.evaluate(`(() => {
      const find = (what) => content.root.querySelector('#notice ' + what)
      const [first, second] = [...content.root.querySelectorAll('#notice td')].map((cell) => cell.getBoundingClientRect().left)
      return [getComputedStyle(find('ul')).direction, getComputedStyle(find('li')).direction, getComputedStyle(find('ul')).paddingRight !== '0px', first > second]
    })()`)
    expect(sides).toEqual(['rtl', 'rtl', true, true])
    await one.markdown('42')
    expect(await one.page.evaluate(`content.root.querySelector('#notice').dir`)).toBe('')
    await one.markdown('Hello\n\n- شكرا')
    expect(
      await one.page.evaluate(
        `getComputedStyle(content.root.querySelector('#notice ul')).direction`,
      ),
    ).toBe('ltr')
  })

  it('formulas stay as they were written, and code that shows one, too', async () => {
    const one = await open()
    const text = String.raw`So \(a^2 \, b_1\), $$x*y*z \% $$ and \[ \sum_{i} *a* \]: \*not\* "$5 and $6"`
    await one.markdown(text)
    expect(await one.page.evaluate(`content.root.querySelector('#notice p').textContent`)).toBe(
      text.replaceAll('\\*', '*'),
    )
    await one.markdown(`\`${String.raw`\(x\)`}\` *y* $$`)
    expect(await one.page.evaluate(`content.root.querySelector('#notice p').innerHTML`)).toContain(
      String.raw`\(x\)</code> <em>y</em> $$`,
    )
  })

  it('Markdown leaves alone what a longer text does not change, and keeps a selection in it', async () => {
    const at = await open()
    await at.markdown('First **one**\n\nSecond\n\nThird')
    await at.page.evaluate(
      `{ const p = content.root.querySelector('#notice p'); p.mine = 1; getSelection().selectAllChildren(p) }`,
    )
    await at.markdown('First **one**\n\nSecond\n\nThird\n\n```\ncode\nmore\n\nFourth')
    expect(await at.page.evaluate(`content.root.querySelector('#notice p').mine`)).toBe(1)
    expect(await at.page.evaluate('String(getSelection())')).toBe('First one')
  })

  it('Markdown keeps a list and a code block that grow, with what was drawn of them', async () => {
    const at = await open()
    const mark = `{ const [li, code] = ['li', 'figure'].map((one) => content.root.querySelector('#notice ' + one)); if (li) li.mine = 1; if (code) code.mine = 1 }`
    await at.markdown('- one\n- two')
    await at.page.evaluate(mark)
    await at.markdown('- one\n- two **more**\n- three')
    expect(
      await at.page.evaluate(
        `[...content.root.querySelectorAll('#notice li')].map((li) => [li.textContent, li.mine ?? 0])`,
      ),
    ).toEqual([
      ['one', 1],
      ['two more', 0],
      ['three', 0],
    ])
    await at.markdown('```js\na')
    await at.page.evaluate(mark)
    await at.markdown('```js\na\nb')
    expect(await at.page.evaluate(`content.root.querySelector('#notice figure').mine`)).toBe(1)
    expect(await at.page.locator('#notice code').textContent()).toBe('a\nb')
  })

  it('that arrives in pieces looks in the end as if it had been there at once', async () => {
    const at = await open()
    const piece = fc.constantFrom(
      ...[
        'a ',
        'word',
        '**b**',
        '*',
        '_',
        '`c`',
        '```js\n',
        '```\n',
        '\n',
        '\n\n',
        '- ',
        '* ',
        '1. ',
        '2. ',
        '  ',
        '    ',
        '> ',
        '# ',
        '| a | b |\n',
        '|---|---|\n',
      ],
      ...[
        '[l](https://x.example)',
        '[r]',
        '[r]: https://r.example\n',
        '---\n',
        '===\n',
        '~~',
        '![i](https://i.example/x)',
        '\\',
        '&amp;',
        '<b>',
        'é😀',
        '- [ ] ',
      ],
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (pieces, size) => {
          const text = JSON.stringify(pieces.join(''))
          const [grown, fresh] = await at.page.evaluate<readonly [string, string]>(
            `[content.grown(${text}, ${size}), content.fresh(${text})]`,
          )
          expect(grown).toBe(fresh)
        },
      ),
      { numRuns: 500, seed: 4 },
    )
    expect(at.troubles).toEqual([])
  })

  it('Markdown makes a link of what a later definition defines, however far above it stands', async () => {
    const at = await open()
    const text = 'See [r].\n\nOne\n\nTwo\n\nThree\n\n'
    await at.markdown(text)
    expect(await at.page.locator('#notice a').count()).toBe(0)
    await at.markdown(`${text}[r]: https://r.example/`)
    expect(await at.page.locator('#notice p').first().textContent()).toBe(
      'See r (https://r.example/).',
    )
  })

  it('Markdown takes any text without failing, however deep or long', async () => {
    const at = await open()
    const hostile = [
      '>',
      '- ',
      '*',
      '**a ',
      '[',
      '![',
      '`',
      '<',
      '[a](',
      '|',
      '\\',
      '&',
      '~a',
      '*a**b ',
      '#',
      '    ',
      '1. ',
      '<!--',
      '$',
      '[x]: ',
    ]
    for (const one of hostile) {
      await at.markdown(one.repeat(30_000 / one.length))
      const parts = await at.page.evaluate<number>(
        `content.root.querySelector('#notice').children.length`,
      )
      expect(parts > 0, one).toBe(one.trim() !== '')
    }
    await at.markdown('x'.repeat(2_000_000))
    expect(await at.page.evaluate(`content.root.querySelector('#notice').textContent.length`)).toBe(
      2_000_000,
    )
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) =>
        at.markdown(text),
      ),
      { numRuns: 200 },
    )
    await expectHarmless(at)
  })

  it.each([
    ['paragraphs of emphasis that never ends', `${'_a__b '.repeat(1500)}\n\n`],
    ['quotes that begin anew at every other line', '> a\nb\n'],
  ])('%s do not hold up the page', async (_, piece) => {
    const at = await open()
    const text = piece.repeat(Math.ceil(300_000 / piece.length))
    const took = await at.page.evaluate<number>(`(() => {
      const started = performance.now()
      content.markdown(${JSON.stringify(text)})
      return performance.now() - started
    })()`)
    // Measured: 0.1 s; without the bound 12 s and more. The limit leaves room for a busy machine.
    expect(took).toBeLessThan(3000)
    expect(
      (await at.page.evaluate<string>(`content.root.querySelector('#notice').textContent`)).length,
    ).toBeGreaterThan(200_000)
  })

  it('Markdown of 100 kB stays fluid while it grows', async () => {
    const at = await open()
    const text = SAMPLE.repeat(330)
    expect(text.length).toBeGreaterThan(90_000)
    const step = await at.page.evaluate<number>(`(async () => {
      const text = ${JSON.stringify(text)}
      content.markdown(text)
      const times = []
      for (let i = 1; i <= 100; i++) {
        const started = performance.now()
        content.markdown(text + 'and then another word '.repeat(i))
        times.push(performance.now() - started)
      }
      return times.sort((a, b) => a - b)[50]
    })()`)
    // A frame has 16 ms; measured 1 ms and less. What is wide here is for a loaded machine.
    expect(step).toBeLessThan(8)
    expect(await at.page.locator('#notice h3').count()).toBe(330)
  })
})

describe('an answer', () => {
  const url = (title: string, index?: number) => ({
    type: 'annotation',
    index,
    source: { type: 'url', title, url: `https://${title.toLowerCase()}.example/` },
  })

  it('numbers its sources in the text, and lists them in full', async () => {
    const at = await open()
    const text = 'Paris is **big**. It rains.\n\n- one\n- two words\n\n```\ncode\n```\n\nEnd'
    await at.show(
      answer(text, [
        url('Alpha', text.indexOf('big') + 2),
        url('Beta', text.indexOf('rains')),
        url('Alpha', text.indexOf('two') + 5),
        {
          type: 'annotation',
          index: text.indexOf('ode'),
          source: { type: 'file', title: 'Report', filename: 'r\u202efdp.exe' },
        },
        {
          type: 'annotation',
          source: {
            type: 'entity',
            id: 'e',
            title: 'Thing',
            label: 'a label',
            icon: 'cube',
            data: {},
            interactive: false,
          },
        },
      ]),
    )
    const part = at.page.locator('.assistant')
    expect(await part.locator('.md > p').first().textContent()).toBe('Paris is big1. It rains2.')
    expect(await part.locator('.md li').last().textContent()).toBe('two words1')
    expect(await part.locator('figure code').textContent()).toBe('code')
    expect(await part.locator('figure .mark').textContent()).toBe('3')
    expect(await part.locator('.sources li').allTextContents()).toEqual([
      'Alpha (https://alpha.example/)',
      'Beta (https://beta.example/)',
      'Report r⟨U+202E⟩fdp.exe',
      'Thing a label',
    ])
    await part.locator('p .mark button').last().click()
    expect(await at.page.evaluate('content.root.activeElement.textContent')).toContain('Beta')
    await expectHarmless(at)
    expect(await seriousFindings(at)).toEqual([])
  })

  it('places each mark once, also when it is there before its text', async () => {
    const at = await open()
    const whole = answer('One two three.\n\nFour five.', [url('Alpha', 14), url('Beta', 26)])
    for (const length of [3, 14, 18, 26]) {
      const content = [
        {
          type: 'output_text',
          text: 'One two three.\n\nFour five.'.slice(0, length),
          annotations: [url('Alpha', 14), url('Beta', 26)],
        },
      ]
      await at.show({ ...whole, content })
    }
    expect(await at.page.locator('.assistant .md > p').allTextContents()).toEqual([
      'One two three.1',
      'Four five.2',
    ])
  })
})

describe('a person’s message', () => {
  it('a person’s message is shown as written, with its tags, what it quotes, and attachments of its own origin', async () => {
    const at = await open()
    const attachment = { mime_type: 'image/png', type: 'image' }
    await at.show(
      item('user_message', {
        inference_options: {},
        content: [
          { type: 'input_text', text: '**not bold** <b>\nnext ' },
          { type: 'input_tag', id: 't', text: '@Ana', data: {}, interactive: false },
        ],
        attachments: [
          {
            id: '1',
            name: 'own.svg',
            preview_url: new URL('/own.svg', at.page.url()).href,
            ...attachment,
          },
          {
            id: '2',
            name: 'far\u202e.png',
            preview_url: 'https://evil.example/x.png',
            ...attachment,
          },
          { id: '3', name: 'notes.txt', type: 'file', mime_type: 'text/plain' },
        ],
        quoted_text: 'what was said',
      }),
    )
    expect(await at.page.locator('.user .text').textContent()).toBe('**not bold** <b>\nnext @Ana')
    expect(await at.page.locator('.user .quoted').textContent()).toBe('what was said')
    expect(await at.page.locator('.attached .name').allTextContents()).toEqual([
      'own.svg',
      'far⟨U+202E⟩.png',
      'notes.txt',
    ])
    expect(await at.page.locator('.attached img').count()).toBe(1)
    await expectHarmless(at)
    expect(await seriousFindings(at)).toEqual([])
  })
})
