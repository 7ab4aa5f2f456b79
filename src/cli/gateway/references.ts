// Secrets in a gateway's file: only ever by reference, to a variable of the environment or to a file.

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Credential } from 'onbehalf'
import { ConfigError } from './place.ts'

/** Gives the secret that a setting refers to. */
export type ReadSecret = (setting: string, reference: unknown) => Credential

/** Where secrets are. */
export interface SecretPlaces {
  /** The gateway's file: paths are relative to its folder. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
}

const MAX_SECRET_BYTES = 65_536

/** Makes the reader. It throws ConfigErrors that begin with the setting, and never quotes a value. */
export function secretReader(places: SecretPlaces): ReadSecret {
  const read = textReader(places)
  return (setting, reference) => new Credential(read(setting, reference))
}

/** Gives the text that a setting refers to: a certificate or its key, whose lines no Credential has. */
export type ReadText = (setting: string, reference: unknown) => string

/** Makes the reader. It throws ConfigErrors that begin with the setting, and never quotes a value. */
export function textReader({ file, env }: SecretPlaces): ReadText {
  return (setting, reference) => {
    const [, kind, name = ''] =
      typeof reference === 'string' ? (/^(env|file):(.+)$/s.exec(reference) ?? []) : []
    if (kind === undefined)
      throw new ConfigError(
        `${setting} must be a reference to a secret, env:NAME or file:PATH. The secret itself does not belong in this file`,
      )
    const text =
      kind === 'env' ? fromEnvironment(setting, name, env) : fromFile(setting, name, file)
    if (isPlaceholder(text))
      throw new ConfigError(`${setting} refers to a placeholder: put the real secret there`)
    return text
  }
}

function fromEnvironment(setting: string, name: string, env: SecretPlaces['env']): string {
  // Whoever puts the secret itself here must not find it in a message.
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name))
    throw new ConfigError(`${setting}: what follows env: must be the name of a variable`)
  const value = env[name]?.trim()
  if (value === undefined || value === '')
    throw new ConfigError(`${setting} refers to the variable ${name}, which is not set`)
  return value
}

function fromFile(setting: string, name: string, file: string): string {
  let text: string
  try {
    text = readFileSync(resolve(dirname(file), name), 'utf8').trim()
  } catch {
    throw new ConfigError(`${setting} refers to a file that cannot be read by this process`)
  }
  if (text === '' || Buffer.byteLength(text) > MAX_SECRET_BYTES)
    throw new ConfigError(`${setting} refers to a file that is empty or too long for a secret`)
  return text
}

/** What examples write where a secret belongs. */
function isPlaceholder(text: string): boolean {
  return (
    /^(?:<.*>|\[.*\]|\{.*\}|_+.*_+|x+|\*+|\.+)$/i.test(text) ||
    /^(?:change[-_ ]?(?:me|this|it)(?:[-_ ].*)?|replace[-_ ]?(?:me|this)(?:[-_ ].*)?|your[-_ ].*|to[-_]?do|secret|password|test|example|dummy|placeholder)\W*$/i.test(
      text,
    )
  )
}
