// The page for everybody: with a keyboard alone, with axe's eyes, on a phone, in light and dark.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { assistantItem, delta, saying } from './stand-in-chatkit.ts'
import {
  ended,
  lastAnswer,
  messageField,
  say,
  signInAs,
  trail,
  userMessages,
} from './taskflow-page.ts'
import { eventually, visits } from './visit.ts'

const { visit, ground } = visits()

const WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

describe('with a keyboard alone', () => {
  it('a person can write two lines, send them, and stop the answer', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    await messageField(page).focus()
    await page.keyboard.type('first line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    ground().chatkit.scripts.push(async ({ send, signal }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'Working'))
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await page.keyboard.press('Enter')
    await eventually(() => lastAnswer(page)).toBe('Working')
    expect(await userMessages(page).locator('.text').textContent()).toBe('first line\nsecond line')
    await page.keyboard.press('Escape')
    await ended(page)
  })
})

it('axe finds nothing serious, before an answer and after it', async () => {
  const { page } = await visit()
  ground().chatkit.threads.set('thr_1', { title: 'A conversation', items: [] })
  await signInAs(page, 'alice')
  const before = await serious(page)
  ground().chatkit.scripts.push(
    saying('# Title\n\n- one\n- two\n\n```ts\nconst a = 1\n```\n\n[link](https://example.org)'),
  )
  await say(page, 'hello')
  expect([before, await serious(page)]).toEqual([[], []])
})

/** The rules that axe sees broken, of those that keep people out. */
async function serious(page: Page): Promise<unknown[]> {
  // Put in by the test's own way in, which the page's policy does not concern.
  await page.evaluate(
    readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
  )
  return page.evaluate(`axe.run().then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html.slice(0, 120))]))`)
}

it('on a phone nothing needs scrolling sideways, in any part', async () => {
  const { page } = await visit({
    viewport: { width: 375, height: 667 },
    isMobile: true,
    hasTouch: true,
  })
  ground().chatkit.threads.set('thr_old', { title: `${WORD} ${WORD}`, items: [] })
  ground().tasks = [{ id: 1, title: WORD.repeat(2), status: 'pending', tags: [WORD], progress: 0 }]
  const fits = async (part: string) => {
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth'),
      part,
    ).toBeLessThanOrEqual(375)
  }
  await signInAs(page, 'alice')
  await fits('empty')
  ground().chatkit.scripts.push(saying(`${WORD.repeat(3)} and ${WORD}`))
  await say(page, WORD.repeat(2))
  await trail(page)
  await fits('chat')
  for (const part of ['Tasks', 'Trail', 'Chat']) {
    await page
      .getByRole('navigation', { name: 'Parts of the page' })
      .getByRole('button', { name: part, exact: true })
      .tap()
    await fits(part)
  }
})

describe('by the system’s wishes', () => {
  it.each(['light', 'dark'] as const)(
    'in %s mode every text has enough contrast (WCAG AA)',
    async (colorScheme) => {
      const { page } = await visit({ colorScheme })
      ground().chatkit.threads.set('thr_old', { title: 'An old chat', items: [] })
      ground().tasks = ['pending', 'in_progress', 'completed', 'blocked'].map((status, index) => ({
        id: index,
        title: status,
        status,
        priority: 'high',
        tags: ['tag'],
        progress: 0,
      }))
      ground().events = ['aaaa', '2222', '7777', 'ffff'].map((start, index) => ({
        time: 1,
        hop: 'door',
        outcome: index === 0 ? 'refused' : 'allowed',
        subject: 'alice',
        client: 'c',
        scopes: ['s'],
        fingerprint: start.repeat(8),
        expiresAt: 300,
      }))
      await signInAs(page, 'alice')
      ground().chatkit.scripts.push(({ send }) => {
        for (const level of ['info', 'warning', 'danger'])
          send({ type: 'notice', level, message: `A ${level}` })
        send({ type: 'error', code: 'custom', message: 'An error', allow_retry: true })
      })
      await say(page, 'hello')
      await trail(page)
      expect(await page.evaluate(POOR_CONTRAST)).toEqual([])
    },
  )
})

/**
 * Returns the texts with a contrast below 4.5 to their ground. It paints both colours on a canvas
 * and reads them back.
 */
const POOR_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const paint = (colors) => {
    canvas.clearRect(0, 0, 1, 1)
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1) }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const light = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const poor = []
  for (const element of document.querySelectorAll('#app *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '')
    if (!own || !element.checkVisibility() || element.closest('.visually-hidden, .skip')) continue
    const behind = []
    for (let e = element; e; e = e.parentElement) behind.unshift(getComputedStyle(e).backgroundColor)
    const back = light(paint(behind))
    const front = light(paint([...behind, getComputedStyle(element).color]))
    const ratio = (Math.max(back, front) + 0.05) / (Math.min(back, front) + 0.05)
    if (ratio < 4.5) poor.push(element.className + ' ' + element.textContent.slice(0, 30) + ' ' + ratio.toFixed(2))
  }
  return poor
})()`
