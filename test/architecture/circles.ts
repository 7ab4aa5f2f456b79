// Finds import circles: groups of files in which each file reaches every other by imports.

import { type Source, targetOf } from './sources.ts'

/**
 * The circles among these files, each as its sorted paths. Types count, too: a reader has to follow
 * them as well. This is Tarjan's search for strongly connected components.
 */
export function circlesOf(sources: readonly Source[]): string[][] {
  const paths = new Set(sources.map(({ path }) => path))
  const targets = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .map((specifier) => targetOf(path, specifier))
        .filter((target): target is string => target !== undefined && paths.has(target)),
    ]),
  )
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const circles: string[][] = []

  function visit(path: string): number {
    const at = order.size
    order.set(path, at)
    lowest.set(path, at)
    open.push(path)
    for (const target of targets.get(path) ?? []) {
      const reached = order.has(target)
        ? open.includes(target)
          ? (order.get(target) ?? at)
          : at
        : visit(target)
      lowest.set(path, Math.min(lowest.get(path) ?? at, reached))
    }
    const low = lowest.get(path) ?? at
    if (low === at) {
      const group = open.splice(open.indexOf(path))
      if (group.length > 1 || targets.get(path)?.includes(path)) circles.push(group.sort())
    }
    return low
  }

  for (const path of paths) if (!order.has(path)) visit(path)
  return circles.sort((a, b) => String(a).localeCompare(String(b)))
}
