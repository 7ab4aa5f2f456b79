// Goals G8, G10, G11 and G12: measures what the ChatKit server costs, compared with node:http,
// node:sqlite and Node itself.

import { start } from './chat-start.ts'
import { stores } from './chat-store.ts'
import { eventCpu, idleMemory } from './chat-stream.ts'
import { vaultGrowth } from './chat-vault.ts'

/** Measures and gives five ratios, and the memory that expired vault entries leave in use. */
export async function chat(
  report: (line: string) => void,
): Promise<Readonly<Record<string, number>>> {
  const eventCpuVsNodeHttp = await eventCpu(report)
  const idleStreamsMemoryVsNodeHttp = await idleMemory(report)
  const { storeReadsVsBare, storeInsertsVsBare } = await stores(report)
  const startVsNode = await start(report)
  const vaultGrowthAfterExpiry = await vaultGrowth(report)
  return {
    eventCpuVsNodeHttp: round(eventCpuVsNodeHttp),
    idleStreamsMemoryVsNodeHttp: round(idleStreamsMemoryVsNodeHttp),
    storeReadsVsBare: round(storeReadsVsBare),
    storeInsertsVsBare: round(storeInsertsVsBare),
    startVsNode: round(startVsNode),
    vaultGrowthAfterExpiry: round(vaultGrowthAfterExpiry),
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
