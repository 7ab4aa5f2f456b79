// Rules of the architecture test that a made-up source can break. Each takes sources and returns
// the offences, one line each; no line means that the rule is kept.

import { type Source, targetOf } from './sources.ts'

/** The imports that break a rule, each with its file. */
export function offences(
  sources: readonly Source[],
  breaks: (specifier: string, path: string) => boolean,
): string[] {
  return sources.flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => breaks(specifier, path))
      .map((specifier) => `${path} imports ${specifier}`),
  )
}

const DRAWING = /^(?:katex|beautiful-mermaid|highlight\.js(?:\/lib\/.*)?)$/

/**
 * The chat component takes the wire contract, its own files and its two libraries. The part for
 * React takes React, and what is loaded later takes the libraries that draw.
 */
export function wrongWebImports(web: readonly Source[]): string[] {
  return offences(web, (specifier, path) => {
    const target = targetOf(path, specifier)
    if (target === undefined)
      return path.startsWith('web/react/')
        ? specifier !== 'react'
        : !['marked', 'dompurify'].includes(specifier) &&
            !(path.startsWith('web/rich/') && DRAWING.test(specifier))
    return !target.startsWith('web/') && !/^src\/chatkit\/protocol\/[a-z-]+\.ts$/.test(target)
  })
}

/** The wire contract stands on core and on itself, so that whoever takes it takes nothing else. */
export function wrongProtocolImports(src: readonly Source[]): string[] {
  const protocol = src.filter(({ path }) => path.startsWith('src/chatkit/protocol/'))
  return offences(
    protocol,
    (specifier, path) =>
      !/^src\/(?:core|chatkit\/protocol)\//.test(targetOf(path, specifier) ?? ''),
  )
}

/** The contract of an agent's run is neutral: it names no framework, in code or comments. */
export function frameworksNamed(src: readonly Source[]): string[] {
  return src
    .filter(({ path }) => path.startsWith('src/agent/'))
    .flatMap(({ path, text }) =>
      (text.match(/openai|langchain|langgraph|ai[- ]sdk|mastra|vercel/gi) ?? []).map(
        (framework) => `${path} names ${framework}`,
      ),
    )
}
