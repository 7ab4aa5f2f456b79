// Counts what was shown, and prints each thing as it is known.

/** A thing that an issuer does not offer. It is told, and is no failure. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

/** A thing that could not be had from the registries. */
export class NotAvailable extends Error {
  override readonly name = 'NotAvailable'
}

/** What was shown so far. */
export class Tally {
  passed = 0
  failed = 0
  readonly notOffered: string[] = []
  readonly notAvailable: string[] = []

  /** Does one thing, and says how it went. Returns whether it passed. */
  async step(title: string, what: () => Promise<string | undefined>): Promise<boolean> {
    const started = performance.now()
    try {
      const told = await what()
      this.passed++
      say(`ok      ${title}${told ? `: ${told}` : ''} (${secondsSince(started)} s)`)
      return true
    } catch (error) {
      if (error instanceof NotOffered) {
        this.notOffered.push(title)
        say(`--      ${title}: not offered: ${error.message}`)
        return true
      }
      this.failed++
      say(`FAILED  ${title} (${secondsSince(started)} s)\n${indented(error)}`)
      return false
    }
  }

  /** The last lines of a run. The last one is for scripts, too. */
  summary(): string {
    const missing = this.notAvailable.map((what) => `could not be had: ${what}\n`).join('')
    const not = this.notOffered.map((what) => `not offered: ${what}\n`).join('')
    return `\n${missing}${not}\n${this.passed} passed, ${this.failed} failed`
  }
}

/** Prints a line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Throws unless it holds. */
export function must(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1)
}

/** The message, and where it happened: of the rest nobody learns anything. */
function indented(error: unknown): string {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  const cause = error instanceof Error && error.cause ? `\ncause: ${error.cause}` : ''
  const place = stack
    .split('\n')
    .find((line) => /issuers-real|frameworks.servers|adopters/.test(line) && !/tally/.test(line))
  return `${message.slice(0, 600)}${cause}\n${place?.trim() ?? ''}`.replace(/^/gm, '        ')
}
