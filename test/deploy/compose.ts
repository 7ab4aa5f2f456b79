// What a compose file gives to a service. It holds no test.

/** The parts of a compose file that the tests look at. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

interface Service {
  readonly image?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly command?: readonly string[]
  readonly depends_on?: Readonly<Record<string, unknown>>
}

/**
 * The environment of a service, with the variables of its file filled in.
 *
 * @throws Error for a variable that is not set and must be.
 */
export function environmentOf(
  { services }: Compose,
  name: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const entries = Object.entries(services[name]?.environment ?? {})
  return Object.fromEntries(entries.map(([key, text]) => [key, filled(text, given)]))
}

function filled(text: string, given: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(:\?)?\}/g, (_, name: string, isNeeded?: string) => {
    const value = given[name] ?? ''
    if (isNeeded && value === '') throw new Error(`${name} must be set`)
    return value
  })
}
