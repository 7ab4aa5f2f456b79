// The checks of the placements `env` and `args`, which go into the start of a process.

import type { ChildProcess } from '../binding.ts'
import type { PlacementOf } from './placement.ts'
import type { Problem } from './problem.ts'
import { isFilled, parseTemplate } from './template.ts'

/**
 * Variables that decide what a program runs, or whom it trusts. A value of the person in one of them
 * would run whatever the person likes, or send everything to them.
 */
const POWERFUL: readonly RegExp[] = [
  /^(?:PATH|HOME|SHELL|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|PS4|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|BROWSER)$/i,
  /^(?:LD_.*|DYLD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH)$/i,
  /^(?:NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED)|NPM_CONFIG_.*|BUN_OPTIONS|DENO_DIR)$/i,
  /^(?:PYTHON(?:PATH|HOME|STARTUP|USERBASE|EXECUTABLE|BREAKPOINT|INSPECT|WARNINGS)|PIP_.*|UV_.*)$/i,
  /^(?:PERL5?LIB|PERL5(?:OPT|DB)|RUBY(?:LIB|OPT)|_?JAVA_(?:TOOL_)?OPTIONS|JDK_JAVA_OPTIONS|JAVA_HOME)$/i,
  /^GIT_(?:SSH|SSH_COMMAND|ASKPASS|EXEC_PATH|CONFIG.*|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR)$/i,
  /^(?:HTTPS?_PROXY|ALL_PROXY|NO_PROXY|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE)$/i,
  /^(?:OPENSSL_(?:CONF|MODULES|ENGINES)|CURL_(?:CA_BUNDLE|HOME)|GIT_SSL_.*|XDG_CONFIG_HOME)$/i,
  /^(?:DOTNET_STARTUP_HOOKS|COR(?:ECLR)?_PROFILER.*|CLASSPATH|LUA_INIT.*|PHPRC|PHP_INI_SCAN_DIR)$/i,
]

/** What is wrong with variables; undefined when nothing is. */
export function envProblem(
  { variables }: PlacementOf<'env'>,
  process: ChildProcess | undefined,
): Problem {
  if (typeof variables !== 'object' || variables === null || Array.isArray(variables))
    return ['variables', "must be an object, such as { API_KEY: '{credential}' }"]
  const entries = Object.entries(variables)
  if (entries.length === 0) return ['variables', 'must name at least one variable']
  const named = namesOf(process?.env)
  for (const [name, value] of entries) {
    const at = `variables.${name}`
    if (!isVariableName(name))
      return [at, 'is no name of a variable (letters, digits and _, not a digit first)']
    if (POWERFUL.some((names) => names.test(name)))
      return [at, 'decides what the program runs or trusts, so a credential cannot be put into it']
    if (named.includes(name)) return [at, 'is in process.env too: leave it out there']
    const problem = templateProblem(value)
    if (problem !== undefined) return [at, problem]
  }
  return needsProcess(process)
}

/** What is wrong with arguments; undefined when nothing is. */
export function argsProblem(
  { args }: PlacementOf<'args'>,
  process: ChildProcess | undefined,
): Problem {
  if (!Array.isArray(args) || args.length === 0)
    return ['args', "must be a list of arguments, such as ['--token={credential}']"]
  for (const [index, arg] of args.entries()) {
    const parsed = parseTemplate(arg)
    if (!parsed.ok) return [`args[${index}]`, parsed.refusal]
  }
  const isAnyFilled = args.some((arg) => {
    const parsed = parseTemplate(arg)
    return parsed.ok && isFilled(parsed.value)
  })
  return isAnyFilled
    ? needsProcess(process)
    : ['args', 'hold no credential: write {credential}, or give them in process.args']
}

/** What is wrong with a template that must be filled. */
function templateProblem(value: unknown): string | undefined {
  const parsed = parseTemplate(value)
  if (!parsed.ok) return parsed.refusal
  return isFilled(parsed.value)
    ? undefined
    : 'holds no credential: write {credential}, or give it in process.env'
}

/** Otherwise the app would start the process, and nobody could fill anything in. */
function needsProcess(process: ChildProcess | undefined): Problem {
  return process
    ? undefined
    : ['', 'needs the setting process, such as { command, args }: onbehalf starts it']
}

/** Whether a text can be a variable's name (POSIX, chapter 8). */
export function isVariableName(name: unknown): boolean {
  return typeof name === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name)
}

function namesOf(env: ChildProcess['env'] = []): readonly unknown[] {
  return Array.isArray(env) ? env : Object.keys(env)
}
