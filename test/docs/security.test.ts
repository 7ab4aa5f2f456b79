// SECURITY.md names the tests of each promise, and they are there.

import { existsSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const promises = readFileSync('SECURITY.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise') && line.endsWith(' |'))
  .map((line) => line.slice(2, -2).split(' | '))
  .filter(([promise = '']) => !promise.startsWith('---'))

it('has promises, each with its tests beside it', () => {
  expect(promises.length).toBeGreaterThan(30)
  expect(promises.filter((cells) => cells.length !== 2)).toEqual([])
})

it.each(promises)('%s: the tests that are named exist', (_, tests = '') => {
  const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
  expect(named).not.toEqual([])
  // A name without a folder is in the folder of the one before.
  let folder = ''
  for (const name of named) {
    const path = name.startsWith('test/') ? name : `${folder}${name}`
    folder = path.slice(0, path.lastIndexOf('/') + 1)
    expect.soft(existsSync(path), path).toBe(true)
  }
})
