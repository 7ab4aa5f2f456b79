// Prepares one run of a target: makes its secrets up, fills its placeholders, starts it, signs people in.

import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { CommandError } from '../../command.ts'
import { fill, fillAll, fillRecord, type Values } from '../config/placeholders.ts'
import type { Person, PlantedSecret, SinkSource, Target } from '../config/target.ts'
import type { House } from '../house/house.ts'
import type { Tape } from '../house/tape.ts'
import { takeAnnouncements } from './announced.ts'
import type { SignedIn } from './chat.ts'
import { type Program, smallEnvironment, startProgram } from './program.ts'

/** What a run needs beside the target. */
export interface StageOptions {
  readonly target: Target
  readonly house: House
  readonly tape: Tape
  /** Placeholders that stay the same for all runs. */
  readonly values: Values
  readonly here: string
  /** The folder of the run. */
  readonly dir: string
  readonly signal: AbortSignal
}

/** A target that is ready to be talked with. */
export interface Stage {
  readonly program: Program | undefined
  readonly people: readonly [SignedIn, SignedIn]
  readonly chatUrl: string
  readonly sinks: readonly SinkSource[]
  /** Where crashes leave files. */
  readonly folders: readonly string[]
}

/** An empty folder, always at the same place, so that equal runs have equal paths. */
export async function emptyFolder(parent: string): Promise<string> {
  const dir = join(parent, 'run')
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  return dir
}

/** A folder of the whole test. */
export function testFolder(base: string): Promise<string> {
  return mkdtemp(join(base, 'onbehalf-leaktest-'))
}

/** Starts a target. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { target, tape, here, dir, signal } = options
  const values = new Map([...options.values, ...plantSecrets(target.secrets, tape), ['dir', dir]])
  const chatUrl = fill(target.chat.url, values)
  const { start } = target
  const cwd = start?.cwd === undefined ? dir : resolve(here, fill(start.cwd, values))
  const program =
    start &&
    (await startProgram({
      command: fillAll(start.command.flatMap(ourNode), values),
      env: fillRecord(start.env, values),
      cwd,
      ready: readyOf(start.ready, chatUrl, values),
      seconds: start.seconds ?? 60,
      signal,
      onOutput: (stream, chunk) => tape.print(stream, chunk),
    }))
  try {
    const announced = takeAnnouncements(tape)
    const sign = (person: Person) =>
      signIn(person, { ...options, chatUrl, values, given: announced.people.get(person.name) })
    const [first, second] = target.people
    return {
      program,
      people: [await sign(first), await sign(second)],
      chatUrl,
      sinks: [
        ...(target.sinks ?? []).map((sink) => fillSink(sink, values)),
        ...announced.files.map((path): SinkSource => ({ kind: 'file', path })),
      ],
      folders: [...new Set([dir, cwd])],
    }
  } catch (error) {
    await program?.end()
    throw error
  }
}

/** This Node as a program: with the conditions under which packages are found as they are here. */
function ourNode(word: string): readonly string[] {
  if (word !== '{node}') return [word]
  const kept = process.execArgv.filter((one) => /^--(?:conditions|disable-warning)=/.test(one))
  return [process.execPath, ...kept]
}

function readyOf(
  ready: { readonly url: string } | { readonly line: string } | undefined,
  chatUrl: string,
  values: Values,
): { readonly url: string } | { readonly line: string } {
  if (ready === undefined) return { url: chatUrl }
  return 'url' in ready ? { url: fill(ready.url, values) } : ready
}

function fillSink(sink: SinkSource, values: Values): SinkSource {
  return 'path' in sink
    ? { ...sink, path: fill(sink.path, values) }
    : { ...sink, command: fillAll(sink.command, values) }
}

/** The deployment's secrets and the provider's key, made up and entered. */
function plantSecrets(
  secrets: Readonly<Record<string, PlantedSecret>> = {},
  { mint, ledger }: Tape,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const textOf = (name: string): string => {
    const shape = secrets[name]?.shape ?? 'key'
    const prefix = /^prefix:(.+)$/.exec(shape)?.[1]
    return mint.secret(name, shape, prefix === undefined ? '' : textOf(prefix))
  }
  for (const [name, { kind, owner, for: places = [] }] of Object.entries(secrets)) {
    const text = textOf(name)
    values.set(`secret.${name}`, text)
    ledger.add({
      name,
      kind,
      ...(owner === undefined ? {} : { owner }),
      text,
      random: true,
      homes: places.map((place) => (place === 'model' ? 'model requests' : `inbox ${place}`)),
    })
  }
  const key = mint.secret('provider key', 'key')
  ledger.add({ kind: 'provider key', text: key, random: true, homes: ['model requests'] })
  return values.set('model.key', key)
}

/** Gets a person's token, and says how it is presented. */
async function signIn(
  { name, audience, scope = 'tools', token, headers }: Person,
  {
    house,
    tape,
    chatUrl,
    values,
    given,
  }: StageOptions & { readonly chatUrl: string; readonly given: string | undefined },
): Promise<SignedIn> {
  const aud = audience === undefined ? chatUrl : fill(audience, values)
  const text =
    given ??
    (token
      ? await printedToken(name, token, values)
      : house.issuer.token({ subject: name, audience: aud, scope }))
  if (!tape.ledger.find(text))
    tape.ledger.add({ kind: 'chat token', owner: name, text, homes: [], rooms: ['inbox issuer'] })
  const presented = headers ?? { authorization: 'Bearer {token}' }
  return {
    name,
    token: text,
    headers: fillRecord(presented, new Map([...values, ['token', text]])),
  }
}

/** Runs a command that signs somebody in: its last line is the token. */
async function printedToken(
  name: string,
  { command, env }: NonNullable<Person['token']>,
  values: Values,
): Promise<string> {
  const [program = '', ...args] = fillAll(command, values)
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      env: { ...smallEnvironment(), ...fillRecord(env, values) },
    })
    const last = stdout.trim().split('\n').at(-1) ?? ''
    if (last !== '') return last
  } catch {
    // What it printed may be a credential.
  }
  throw new CommandError(
    `the command that signs ${name} in failed, or printed no token: ${program}`,
  )
}
