// The pins in memory: the contract, and that one server's tools fill up no other server's place.

import { expect, it } from 'vitest'
import { memoryToolPins } from '../../../src/core/carry/memory-tool-pins.ts'
import { MCP } from '../parts.ts'
import { pinOf, toolPinsContract } from './tool-pins-contract.ts'

toolPinsContract('memory', () => {
  const pins = memoryToolPins()
  return { stores: [pins, pins] }
})

it('a server that shows each person other tools gets no more place, and takes nobody else’s', async () => {
  const pins = memoryToolPins()
  const made = (owner: number) =>
    Array.from({ length: 1_000 }, (_, i) => pinOf(`t${i}`, `for ${owner}`))
  await pins.add('first', MCP, [pinOf('a', '1')])
  for (let owner = 0; owner < 201; owner++) await pins.add(`owner ${owner}`, MCP, made(owner))
  expect((await pins.read('owner 0', MCP)).size).toBe(1_000)
  expect((await pins.read('owner 200', MCP)).size).toBe(0)
  expect((await pins.read('first', MCP)).size).toBe(1)
  await pins.add('owner 200', 'https://other.example/mcp', [pinOf('a', '1')])
  expect((await pins.read('owner 200', 'https://other.example/mcp')).size).toBe(1)
})
