// The page for everybody: with a keyboard alone, with a screen reader's eyes, on a phone, with motion switched off.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { assistantItem, delta } from './stand-in-chatkit.ts'
import { ended, lastAnswer, messageField, say, signInAs, trail } from './taskflow-page.ts'
import { eventually, visits } from './visit.ts'

const { visit, ground } = visits()

const WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'

/** The accessible name of what has the focus. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate<string>(`(() => {
    const { activeElement: e } = document
    return e.ariaLabel ?? e.labels?.[0]?.textContent ?? e.textContent.trim()
  })()`)
}

async function tabTo(page: Page, name: string): Promise<void> {
  for (let press = 0; press < 40; press++) {
    if ((await focused(page)) === name) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`Tab never reaches “${name}”`)
}

describe('with a keyboard alone', () => {
  test('one can sign in, send, stop, read behind the answer, rename, delete and sign out', async () => {
    const { page } = await visit()
    await tabTo(page, 'Sign in')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Continue as alice' }).waitFor()
    await tabTo(page, 'Continue as Alice')
    await page.keyboard.press('Enter')
    await messageField(page).waitFor()

    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the message field')
    await page.keyboard.press('Enter')
    await page.keyboard.type('first line')
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.type('second line')
    ground().events = [{ time: 1, hop: 'door', outcome: 'allowed', subject: 'alice' }]
    ground().chatkit.scripts.push(async ({ send, signal }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'Working'))
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    await page.keyboard.press('Enter')
    await eventually(() => lastAnswer(page)).toBe('Working')
    expect(await page.getByTestId('user').locator('.text').textContent()).toBe('first line\nsecond line')
    await page.keyboard.press('Escape')
    await ended(page)
    expect(await focused(page)).toBe('Message')

    await trail(page)
    await tabTo(page, 'Credential trail')
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toBe('What the model saw')
    await page.getByRole('tabpanel', { name: 'What the model saw' }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.getByRole('tabpanel', { name: 'Credential trail' }).waitFor()

    await page.keyboard.press('Shift+Tab')
    await tabTo(page, 'Rename “Chat 1”')
    await page.keyboard.press('Enter')
    await page.keyboard.type('By hand')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'By hand' }).waitFor()
    await eventually(() => focused(page)).toBe('By hand')
    await tabTo(page, 'Delete “By hand”')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    expect(ground().chatkit.threads.size).toBe(1)
    await tabTo(page, 'Delete “By hand”')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Delete')
    await page.keyboard.press('Enter')
    await eventually(() => ground().chatkit.threads.size).toBe(0)

    await tabTo(page, 'Sign out')
    await page.keyboard.press('Enter')
    await page.waitForURL(/sign-out/)
  })

  test('what has the focus can be seen', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    await say(page, 'hello')
    for (let press = 0; press < 12; press++) {
      await page.keyboard.press('Tab')
      const visible = await page.evaluate<boolean>(`(() => {
        const e = document.activeElement
        if (e === document.body) return true
        const style = getComputedStyle(e)
        const field = e.closest('.field')
        return style.outlineStyle !== 'none' || (field !== null && getComputedStyle(field).borderColor !== 'rgba(0, 0, 0, 0)')
      })()`)
      expect(visible).toBe(true)
    }
  })
})

describe('for a screen reader', () => {
  test('every control has a name, and the parts are landmarks', async () => {
    const { page } = await visit()
    ground().chatkit.threads.set('thr_1', { title: 'A chat', items: [] })
    await signInAs(page, 'alice')
    const tree = await page.locator('body').ariaSnapshot()
    expect(tree).not.toMatch(/- (button|textbox|tab|link)( \[[^\]]*\])*:?$/m)
    for (const landmark of [
      'banner',
      'navigation "Chats"',
      'main "New chat"',
      'region "Your tasks"',
      'region "Behind the last answer"',
      'log "Conversation"',
    ]) {
      expect(tree).toContain(landmark)
    }
  })

  test('a streamed answer is said once and whole, not word by word', async () => {
    const { page } = await visit()
    await signInAs(page, 'alice')
    ground().chatkit.scripts.push(({ send }) => {
      send({ type: 'thread.item.added', item: assistantItem('a') }, delta('a', 'One '), delta('a', 'two '), delta('a', 'three.'))
      send({ type: 'thread.item.done', item: assistantItem('a', 'One two three.') })
    })
    await say(page, 'count')
    expect(await page.locator('#announcer').textContent()).toBe('One two three.')
    expect(await page.getByRole('log').getAttribute('aria-live')).toBe('off')
  })
})

describe('on a phone', () => {
  test('at 375 pixels nothing needs scrolling sideways, in any part', async () => {
    const { page } = await visit({ viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true })
    ground().chatkit.threads.set('thr_old', { title: `${WORD} ${WORD}`, items: [] })
    ground().tasks = [
      {
        id: 123,
        title: WORD.repeat(2),
        status: 'in_progress',
        priority: 'high',
        due_date: '2026-12-01',
        project: WORD,
        assignee: WORD,
        tags: [WORD, WORD],
        progress: 40,
      },
    ]
    ground().events = [
      {
        time: 1,
        hop: 'carry',
        outcome: 'refused',
        reason: 'insufficient_scope',
        subject: WORD,
        actors: [WORD, WORD],
        audience: [`http://${WORD}.example/${WORD}`],
        scopes: [WORD, 'tasks:read'],
        operation: WORD,
        placement: WORD,
        destination: `http://${WORD}`,
        fingerprint: 'abcd'.repeat(8),
        expiresAt: 300,
      },
    ]
    ground().modelRequests = () => [{ [WORD]: WORD.repeat(5) }]
    const fits = async (part: string) => {
      const [content, screen] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, innerWidth]')
      expect(content, part).toBeLessThanOrEqual(375)
      expect(screen, part).toBe(375)
      const wide = await page.evaluate<string[]>(`[...document.querySelectorAll('#app *, #welcome *')]
        .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > 376 && !e.closest('.visually-hidden')).map((e) => e.className || e.tagName)`)
      expect(wide, part).toEqual([])
    }
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    await fits('welcome')
    await signInAs(page, 'alice')
    await fits('empty')
    ground().chatkit.scripts.push(({ send }) => {
      send({ type: 'thread.item.done', item: assistantItem('a', `${WORD.repeat(3)} and ${WORD}`) })
      send({ type: 'error', code: 'custom', message: WORD.repeat(2), allow_retry: true })
    })
    await say(page, WORD.repeat(2))
    await trail(page)
    await fits('chat')
    for (const part of ['Chats', 'Tasks', 'Trail', 'Chat']) {
      await page.getByRole('navigation', { name: 'Parts of the page' }).getByRole('button', { name: part, exact: true }).tap()
      await fits(part)
    }
    await page.getByRole('button', { name: 'Trail', exact: true }).tap()
    await page.getByRole('tab', { name: 'What the model saw' }).tap()
    await fits('model')
  })

  test('choosing a chat brings it on show', async () => {
    ground().chatkit.threads.set('thr_old', { title: 'An old chat', items: [assistantItem('a', 'old words')] })
    const { page } = await visit({ viewport: { width: 375, height: 667 }, isMobile: true, hasTouch: true })
    await signInAs(page, 'alice')
    await page.getByRole('button', { name: 'Chats', exact: true }).tap()
    await page.getByRole('button', { name: 'An old chat', exact: true }).tap()
    await page.getByText('old words').waitFor()
    expect(await messageField(page).isVisible()).toBe(true)
  })
})

describe('by the system’s wishes', () => {
  test.each(['light', 'dark'] as const)('in %s every text has enough contrast (WCAG AA)', async (colorScheme) => {
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
      for (const level of ['info', 'warning', 'danger']) send({ type: 'notice', level, message: `A ${level}` })
      send({ type: 'error', code: 'custom', message: 'An error', allow_retry: true })
    })
    await say(page, 'hello')
    await trail(page)
    expect(await page.evaluate(POOR_CONTRAST)).toEqual([])
  })
})

/** Texts whose contrast with what lies behind them is below 4.5, by painting both colours on a canvas and reading them back. */
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
