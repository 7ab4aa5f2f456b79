// What people see who are not signed in, or not any more.
import { byId } from './dom.ts'

/** Shows the welcome screen, what went wrong, and a button. */
export function welcome(problem: string, label: string, go: () => void): void {
  byId('welcome', HTMLElement).hidden = false
  byId('welcome-problem', HTMLElement).textContent = problem
  const enter = byId('sign-in', HTMLButtonElement)
  enter.textContent = label
  enter.addEventListener('click', go)
}

/** Says that the sign-in has ended. The page stays as it is, and one click signs the person in again. */
export function showEnded(signIn: () => void): void {
  byId('ended', HTMLElement).hidden = false
  byId('sign-in-again', HTMLButtonElement).addEventListener('click', signIn)
}
