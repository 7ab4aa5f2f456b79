// Master keys that are rotated, re-wrapped and retired, and the process killed at each step of it.
// No secret is ever lost, and the next process finishes the work.

import { spawnSync } from 'node:child_process'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Credential } from 'onbehalf'
import {
  createKeyring,
  fileMasterKeys,
  KeyringError,
  listKeyring,
  type MasterKeys,
  openSqlite,
  retireKey,
  rewrap,
  rotateKeyring,
  type SqliteDatabase,
  sqliteSecretStore,
} from 'onbehalf/store'
import { Points, pointedDatabase } from '../points.ts'
import type { Stage } from '../scenario.ts'
import type { Tally } from '../tally.ts'

const SECRETS = 40
const keyOf = (n: number) =>
  ({ owner: `person-${n}`, resource: 'https://tasks.example/mcp', kind: 'static' }) as const
const textOf = (n: number) => `a-static-key-of-person-${n}`

/** A folder with a keyring and secrets under it. */
async function filled(stage: Stage): Promise<string> {
  const folder = join(stage.root, `rotation-${stage.nextTask()}`)
  mkdirSync(folder)
  createKeyring(join(folder, 'keyring.json'))
  const database = openSqlite(join(folder, 'keys.db'))
  const store = sqliteSecretStore(database, fileMasterKeys(join(folder, 'keyring.json')))
  for (let n = 0; n < SECRETS; n += 1)
    await store.write({
      ...keyOf(n),
      issuer: '',
      version: 1,
      secrets: { key: new Credential(textOf(n)) },
      facts: {},
    })
  database.close()
  return folder
}

/** Every secret opens, the work can be finished, and every secret opens still. */
async function finish(tally: Tally, label: string, folder: string): Promise<void> {
  const keyring = join(folder, 'keyring.json')
  const database = openSqlite(join(folder, 'keys.db'))
  try {
    await readAll(tally, `${label}, after the kill`, database, keyring)
    unlock(tally, label, keyring)
    const report = await rewrap(database, fileMasterKeys(keyring))
    if (report.left > 0) tally.wrong('lost', `${label}: ${report.left} rows cannot be re-wrapped`)
    for (const { id } of listKeyring(keyring).slice(0, -1)) {
      const { retired } = await retireKey(keyring, [database], id)
      if (!retired) tally.wrong('lost', `${label}: an old key cannot be retired`)
    }
    await readAll(tally, `${label}, at the end`, database, keyring)
  } catch (error) {
    tally.wrong('lost', `${label}: ${error instanceof Error ? error.stack : error}`)
  } finally {
    database.close()
  }
}

async function readAll(
  tally: Tally,
  label: string,
  database: SqliteDatabase,
  keyring: string,
): Promise<void> {
  const store = sqliteSecretStore(database, fileMasterKeys(keyring))
  for (let n = 0; n < SECRETS; n += 1) {
    const text = (await store.read(keyOf(n)))?.secrets.key?.reveal()
    if (text !== textOf(n)) tally.wrong('lost', `${label}: the secret of person ${n}`)
  }
}

/** A command that was killed leaves its new file, and the next one says to remove it. */
function unlock(tally: Tally, label: string, keyring: string): void {
  if (!existsSync(`${keyring}.new`)) return
  try {
    rotateKeyring(keyring)
    tally.wrong('lost', `${label}: a keyring that is being changed was changed`)
  } catch (error) {
    if (!(error instanceof KeyringError) || !error.message.includes(`remove ${keyring}.new`))
      tally.wrong('lost', `${label}: ${error}`)
  }
  rmSync(`${keyring}.new`)
}

/** Kills the re-wrapping at every `step`th place where it waits. */
export async function killedRewraps(stage: Stage, step = 1): Promise<void> {
  const kind = 'killed while keys are re-wrapped'
  const template = await filled(stage)
  rotateKeyring(join(template, 'keyring.json'))
  for (let place = 1; ; place += step) {
    const folder = `${template}-${place}`
    cpSync(template, folder, { recursive: true })
    const points: Points = new Points((number) => {
      if (number !== place) return
      mkdirSync(`${folder}-after`)
      for (const name of readdirSync(folder))
        if (!name.endsWith('-shm')) copyFileSync(join(folder, name), join(`${folder}-after`, name))
      points.die()
      onDeath()
    })
    let onDeath = () => {}
    const death = new Promise<void>((resolve) => {
      onDeath = resolve
    })
    const database = openSqlite(join(folder, 'keys.db'))
    const work = rewrap(
      pointedDatabase(database, points),
      pointedKeys(fileMasterKeys(join(folder, 'keyring.json')), points),
    )
    work.catch(() => {})
    await Promise.race([work, death])
    database.close()
    points.bury()
    const died = existsSync(`${folder}-after`)
    if (died) await finish(stage.tally, `${kind}, place ${place}`, `${folder}-after`)
    for (const path of [folder, `${folder}-after`]) rmSync(path, { recursive: true, force: true })
    if (!died) break
    stage.tally.fault(kind)
  }
}

function pointedKeys(keys: MasterKeys, points: Points): MasterKeys {
  return {
    ...keys,
    wrap: (...args) => points.around('a wrap', () => keys.wrap(...args)),
    unwrap: (...args) => points.around('an unwrap', () => keys.unwrap(...args)),
  }
}

const CHILD = fileURLToPath(new URL('../keyring-child.ts', import.meta.url))

/** Kills a process at every call of the file system that a change of the keyring makes. */
export async function killedKeyrings(
  stage: Stage,
  actions: readonly ('create' | 'rotate' | 'retire')[] = ['create', 'rotate', 'retire'],
  most = 100,
): Promise<void> {
  for (const action of actions)
    for (let place = 1; place <= most; place += 1) {
      const kind = `killed in the files of a keyring: ${action}`
      const folder = await filled(stage)
      const keyring = join(folder, 'keyring.json')
      if (action === 'retire') {
        rotateKeyring(keyring)
        const database = openSqlite(join(folder, 'keys.db'))
        await rewrap(database, fileMasterKeys(keyring))
        database.close()
      }
      const { signal, status, stderr } = spawnSync(
        process.execPath,
        [
          '--conditions=onbehalf-source',
          '--disable-warning=ExperimentalWarning',
          CHILD,
          folder,
          action,
          String(place),
        ],
        { encoding: 'utf8' },
      )
      if (signal !== 'SIGKILL') {
        if (status !== 0) stage.tally.wrong('lost', `${kind}, place ${place}: ${stderr}`)
        break
      }
      stage.tally.fault(kind, 'in a process')
      const label = `${kind}, place ${place}`
      if (action === 'create') checkCreated(stage.tally, label, folder)
      await finish(stage.tally, label, folder)
    }
}

/** A keyring that was being made is whole or is not there, and can be made then. */
function checkCreated(tally: Tally, label: string, folder: string): void {
  const made = join(folder, 'second.json')
  rmSync(`${made}.new`, { force: true })
  try {
    if (!existsSync(made)) createKeyring(made)
    if (listKeyring(made).length !== 1) tally.wrong('lost', `${label}: the new keyring`)
  } catch (error) {
    tally.wrong('lost', `${label}: ${error}`)
  }
}
