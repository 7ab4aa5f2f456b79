// Real issuers, as they were recorded by `npm run test:issuers -- --record`: their documents, keys,
// tokens and errors. The presets must make of them what they made of the servers.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Declared } from '../issuers-real/kind.ts'
import { KINDS } from '../issuers-real/kinds.ts'
import { type Recording, replayed, SCENES, scenesOf } from '../issuers-real/scenes.ts'

const FOLDER = join(import.meta.dirname, 'recorded')

const recordings = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file): Recording => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')))

describe.each(recordings)('$kind, as it was recorded', (recording) => {
  const { kind, issuer, clients, documents, scenes } = recording
  const declared: Declared = {
    ...KINDS.find(({ name }) => name === kind)?.declare(issuer),
    ...clients,
  } as Declared

  it('has all scenes', () => {
    expect(scenes.map(({ name }) => name)).toEqual(scenesOf(declared))
  })

  it.each(scenes)('$name', async ({ name, at, tokens, answers, outcome }) => {
    const play = { declared, tokens, now: () => at, fetch: replayed(documents, answers) }
    const played = await SCENES[name]?.(play)
    expect(JSON.parse(JSON.stringify(played))).toEqual(outcome)
  })
})

it('every kind of issuer is recorded', () => {
  expect(recordings.map(({ kind }) => kind).sort()).toEqual(KINDS.map(({ name }) => name).sort())
})
