// Starts the real Chromium of the browser tests, from npm packages alone. It needs no root, no
// download, and no system library beyond libc and libgcc.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserServer, chromium, type LaunchOptions } from 'playwright-core'

/**
 * Unpacking 67 MB of Brotli takes one core about 5 s. A busy CI machine may need many times that.
 */
const UNPACK_DEADLINE_MS = 120_000
const LAUNCH_DEADLINE_MS = 60_000

/** A microphone that beeps. Every page may use it, because nobody is there to be asked. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

/** Where Chrome or Chromium usually is, on platforms for which the npm package has no build. */
const INSTALLED: readonly { readonly channel?: string; readonly executablePath?: string }[] = [
  { channel: 'chrome' },
  { channel: 'msedge' },
  { executablePath: '/usr/bin/chromium' },
  { executablePath: '/usr/bin/chromium-browser' },
]

/**
 * Starts a headless Chromium with an empty profile; the caller closes it.
 *
 * @throws Error that says what to do when there is no browser: the test fails then, and is not
 * skipped.
 */
export async function launchBrowser(): Promise<Browser> {
  return await startBrowser((options) => chromium.launch(options))
}

/**
 * Starts the same Chromium as a server, to which several processes connect. The caller closes it.
 */
export async function serveBrowser(): Promise<BrowserServer> {
  return await startBrowser((options) => chromium.launchServer({ ...options, host: '127.0.0.1' }))
}

async function startBrowser<T>(start: (options: LaunchOptions) => Promise<T>): Promise<T> {
  if (process.platform === 'linux' && process.arch === 'x64')
    return await startPackaged(await unpackBrowser(), start)
  const reasons: string[] = []
  for (const place of INSTALLED) {
    if (place.executablePath && !existsSync(place.executablePath)) continue
    try {
      return await start({ ...place, args: MICROPHONE, timeout: LAUNCH_DEADLINE_MS })
    } catch (error) {
      reasons.push(`${place.channel ?? place.executablePath}: ${firstLine(error)}`)
    }
  }
  throw new Error(
    `No browser for the browser tests on ${process.platform}-${process.arch}. Install Google Chrome, Edge or Chromium. Tried: ${reasons.join('; ')}`,
  )
}

async function startPackaged<T>(
  folder: string,
  start: (options: LaunchOptions) => Promise<T>,
): Promise<T> {
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH]
    .filter(Boolean)
    .join(':')
  try {
    return await start({
      executablePath: join(folder, 'chromium'),
      // The package's own flags are left out: they switch off the same-origin policy, which the
      // tests need.
      args: ['--font-render-hinting=none', '--disable-gpu', ...MICROPHONE],
      env: {
        ...process.env,
        LD_LIBRARY_PATH: libraries,
        FONTCONFIG_FILE: join(folder, 'onbehalf-fonts.conf'),
      },
      timeout: LAUNCH_DEADLINE_MS,
    })
  } catch (error) {
    throw new Error(
      `The Chromium of @sparticuz/chromium does not start here (folder ${folder}). ${String(error)}`,
    )
  }
}

/**
 * Returns the folder of the unpacked browser, and unpacks it on first use. The files are unpacked
 * elsewhere and then renamed, so that the folder is always complete.
 */
async function unpackBrowser(): Promise<string> {
  const packageFolder = fileURLToPath(
    new URL('../../node_modules/@sparticuz/chromium', import.meta.url),
  )
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const cache = join(dirname(dirname(packageFolder)), '.cache')
  const place = join(cache, `onbehalf-chromium-${version}`)
  if (existsSync(place)) return place

  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(join(cache, 'unpacking-'))
  try {
    await unpackInto(staging)
    await writeFile(join(staging, 'onbehalf-fonts.conf'), fontConfiguration(place))
    await rename(staging, place)
  } catch (error) {
    // Another process may have put its own, equal folder there first.
    if (!existsSync(place)) throw error
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return place
}

/**
 * Lets the package unpack itself, in a process of its own. The package writes to the temporary
 * folder. It adds its libraries (such as libnss3) only where it believes to be in AWS Lambda. And
 * it changes the environment when it is imported.
 */
async function unpackInto(folder: string): Promise<void> {
  const program = `
    const { default: chromium } = await import('@sparticuz/chromium')
    await chromium.executablePath()`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { PATH: process.env.PATH, TMPDIR: folder, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: UNPACK_DEADLINE_MS,
  })
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString('utf8')
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (code !== 0)
    throw new Error(
      `@sparticuz/chromium could not be unpacked into ${folder} (exit ${code}). ${complaint}`,
    )
}

/**
 * The package's fonts come first, so that screenshots look alike everywhere. The machine's fonts
 * fill the gaps.
 */
function fontConfiguration(place: string): string {
  const alias = (family: string, fonts: readonly string[]) =>
    `<alias binding="strong"><family>${family}</family><prefer>${fonts.map((font) => `<family>${font}</family>`).join('')}</prefer></alias>`
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(place, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>${join(place, 'fonts-cache')}</cachedir>
  ${alias('system-ui', ['Open Sans'])}
  ${alias('sans-serif', ['Open Sans'])}
  ${alias('monospace', ['DejaVu Sans Mono', 'Liberation Mono', 'Noto Sans Mono', 'Open Sans'])}
</fontconfig>
`
}

function firstLine(error: unknown): string {
  return String(error).split('\n', 1)[0] ?? ''
}
