// The guided row: three steps that show what TaskFlow is for. A step that was taken stays ticked in
// this tab.
import { byId } from './dom.ts'

/** Where the tab's storage keeps the steps that were taken. */
const TAKEN_KEY = 'taskflow.guide'

/** The steps, in their order, and what each does. */
export type GuideSteps = Readonly<Record<'add' | 'attack' | 'revoke', () => Promise<void>>>

/** Listens to the row. */
export function createGuide(steps: GuideSteps): void {
  const taken = new Set((sessionStorage.getItem(TAKEN_KEY) ?? '').split(' '))
  for (const [name, take] of Object.entries(steps)) {
    const button = byId(`guide-${name}`, HTMLButtonElement)
    const tick = () => {
      button.dataset.taken = 'true'
      button.setAttribute('aria-description', 'done')
    }
    if (taken.has(name)) tick()
    button.addEventListener('click', async () => {
      await take()
      taken.add(name)
      sessionStorage.setItem(TAKEN_KEY, [...taken].join(' ').trim())
      tick()
    })
  }
}
