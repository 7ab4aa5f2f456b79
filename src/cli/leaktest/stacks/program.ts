// Where the program of a target is: TypeScript beside this file in the repository, built JavaScript
// when the package is installed.

import { fileURLToPath } from 'node:url'

/** The path of a program of this folder. */
export function program(name: string): string {
  const { url } = import.meta
  // What is built is joined into fewer files, so its own place says nothing.
  return fileURLToPath(
    url.endsWith('.ts')
      ? new URL(`./${name}.ts`, url)
      : new URL(
          `./dist/cli/leaktest/stacks/${name}.js`,
          import.meta.resolve('onbehalf/package.json'),
        ),
  )
}
