// The rules of the architecture test are tested, too: each finds a fault in a made-up source.

import { describe, expect, it } from 'vitest'
import { circlesOf } from './circles.ts'
import { longFunctions } from './functions.ts'
import { frameworksNamed, wrongProtocolImports, wrongWebImports } from './rules.ts'
import { sourceOf } from './sources.ts'

describe('the rule against import circles', () => {
  it('the rule against import circles finds two files that import each other, also when both imports are types', () => {
    const sources = [
      sourceOf('src/core/a.ts', "import type { B } from './b.ts'"),
      sourceOf('src/core/b.ts', "export type { A } from './a.ts'"),
    ]
    expect(circlesOf(sources)).toEqual([['src/core/a.ts', 'src/core/b.ts']])
  })

  it('the rule against import circles finds a circle over three folders', () => {
    const sources = [
      sourceOf('src/a/a.ts', "import { b } from '../b/b.ts'"),
      sourceOf('src/b/b.ts', "const c = await import('../c/c.ts')"),
      sourceOf('src/c/c.ts', "import {\n  type A,\n} from '../a/a.ts'"),
    ]
    expect(circlesOf(sources)).toEqual([['src/a/a.ts', 'src/b/b.ts', 'src/c/c.ts']])
  })

  it('the rule against import circles finds two circles apart, whatever stands before and behind them', () => {
    const sources = [
      sourceOf('src/start.ts', "import './a.ts'\nimport './c.ts'"),
      sourceOf('src/a.ts', "import './b.ts'"),
      sourceOf('src/b.ts', "import './a.ts'\nimport './c.ts'"),
      sourceOf('src/c.ts', "import './d.ts'\nimport './end.ts'"),
      sourceOf('src/d.ts', "import './c.ts'"),
      sourceOf('src/end.ts', ''),
    ]
    expect(circlesOf(sources)).toEqual([
      ['src/a.ts', 'src/b.ts'],
      ['src/c.ts', 'src/d.ts'],
    ])
  })

  it('the rule against import circles lets two files import the same third one', () => {
    const sources = [
      sourceOf('src/a.ts', "import './b.ts'\nimport './c.ts'"),
      sourceOf('src/b.ts', "import './c.ts'"),
      sourceOf('src/c.ts', "// import './a.ts'\nimport 'vitest'"),
    ]
    expect(circlesOf(sources)).toEqual([])
  })
})

describe('the rule for the imports of the chat component', () => {
  it.each([
    ['../../src/chatkit/runs/runs.ts', 'another folder of chatkit'],
    ['../../src/chatkit/index.ts', 'the index of chatkit'],
    ['../../src/core/errors.ts', 'another room'],
    ['../../src/chatkit/protocol/../server.ts', 'a way around the folder'],
    ['../../examples/taskflow/parts.ts', 'an example'],
    ['onbehalf/chatkit', 'a public subpath'],
    ['react', 'another library'],
    ['katex', 'a library of what is loaded later'],
  ])('the rule for the imports of the chat component refuses %s: %s', (specifier) => {
    const source = sourceOf('web/state/made-up.ts', `import type { X } from '${specifier}'`)
    expect(wrongWebImports([source])).toEqual([`web/state/made-up.ts imports ${specifier}`])
  })

  it.each(['../../src/chatkit/protocol/item.ts', '../dom/dom.ts', './chat.ts', 'marked'])(
    'the rule for the imports of the chat component lets %s pass',
    (specifier) => {
      const source = sourceOf('web/state/made-up.ts', `import type { X } from '${specifier}'`)
      expect(wrongWebImports([source])).toEqual([])
    },
  )
})

describe('the rule for the imports of the wire contract', () => {
  it.each(['../runs/run.ts', '../options.ts', '../../agent/turn.ts', 'kysely', 'node:fs'])(
    'the rule for the imports of the wire contract refuses %s',
    (specifier) => {
      const path = 'src/chatkit/protocol/made-up.ts'
      const source = sourceOf(path, `import type { X } from '${specifier}'`)
      expect(wrongProtocolImports([source])).toEqual([`${path} imports ${specifier}`])
    },
  )

  it.each(['./item.ts', '../../core/json.ts'])(
    'the rule for the imports of the wire contract lets %s pass',
    (specifier) => {
      const source = sourceOf('src/chatkit/protocol/made-up.ts', `import { X } from '${specifier}'`)
      expect(wrongProtocolImports([source])).toEqual([])
    },
  )
})

describe('the rule against framework names in the neutral contract', () => {
  it('the rule against framework names in the neutral contract finds a name in code, in a comment and in any case', () => {
    const source = sourceOf('src/agent/made-up.ts', '// As OpenAI does.\nconst viaLangchain = 1')
    expect(frameworksNamed([source])).toEqual([
      'src/agent/made-up.ts names OpenAI',
      'src/agent/made-up.ts names Langchain',
    ])
  })

  it('looks at the neutral contract alone', () => {
    const source = sourceOf('src/openai-agents/made-up.ts', '// OpenAI')
    expect(frameworksNamed([source])).toEqual([])
  })
})

describe('the rule for the length of functions', () => {
  const body = '  step()\n'.repeat(5)

  it.each([
    ['a function', `export function made(): void {\n${body}}`],
    ['an arrow function', `export const made = (): void => {\n${body}}`],
    ['a method', `class Thing {\nmade(): void {\n${body}}\n}`],
    ['a property', `export const thing = {\nmade: async () => {\n${body}},\n}`],
  ])(
    'the rule for the length of functions finds %s that is too long, and says its name and length',
    (_what, text) => {
      expect(longFunctions(sourceOf('src/made-up.ts', text), 6)).toEqual([
        { name: 'src/made-up.ts made', lines: 7 },
      ])
      expect(longFunctions(sourceOf('src/made-up.ts', text), 7)).toEqual([])
    },
  )

  it('the rule for the length of functions counts an inner function for the outer one, too', () => {
    const text = `function outer() {\nfunction inner() {\n${body}}\nreturn inner\n}`
    expect(longFunctions(sourceOf('src/made-up.ts', text), 6).map(({ name }) => name)).toEqual([
      'src/made-up.ts outer',
      'src/made-up.ts inner',
    ])
  })
})
