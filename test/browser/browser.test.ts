import { expect, it } from 'vitest'
import { launchBrowser } from './browser.ts'

it('a real Chromium starts, runs scripts and draws text', async () => {
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.setContent(
      '<style>p { font: 40px sans-serif; display: inline-block }</style><p>mmmm</p> <p>iiii</p>',
    )
    const wide = (await page.getByText('mmmm').boundingBox())?.width ?? 0
    const narrow = (await page.getByText('iiii').boundingBox())?.width ?? 0
    // Without a font every glyph is the same box.
    expect(narrow).toBeGreaterThan(0)
    expect(wide).toBeGreaterThan(narrow * 1.5)
  } finally {
    await browser.close()
  }
})
