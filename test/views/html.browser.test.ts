/**
 * The HTML report in headless Chromium: silent, self-contained, whole on a phone and on paper,
 * legible in light and dark. Skipped, with a reason, where there is no Chromium.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { concludeFacts } from '../../src/core/report/facts.ts'
import { renderAccessHtml } from '../../src/views/html/access.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { ACCESSES, LARGE } from './accesses.ts'
import { HEAD, REPORTS } from './reports.ts'

const CANDIDATES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
const executablePath = CANDIDATES.find((path) => path !== '' && existsSync(path))
if (executablePath === undefined) {
  process.stderr.write(
    'SKIPPED: the HTML report is not looked at in a browser, because no Chromium was found. ' +
      'Install one, or name its executable in the variable CHROMIUM.\n',
  )
}

/** Answers of `rollcall access`, beside the reports. */
const { tool, generatedAt } = HEAD
const access = (account: (typeof ACCESSES)[keyof typeof ACCESSES]) =>
  renderAccessHtml(concludeFacts({ tool, generatedAt, facts: account, diagnostics: [] }))

const PAGES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(REPORTS).map(([name, each]) => [name, renderHtml(each)])),
  'access of everybody': access(ACCESSES.house),
  'access of one person': access(ACCESSES.person),
  'access to one inbox': access(ACCESSES.inbox),
  'access under hostile names': access(ACCESSES.hostile),
  'access of 300 people to 40 inboxes': access(LARGE(0.5)),
}

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const PHONE = { width: 360, height: 740 }
/** A4 without its margins. */
const PAPER = { width: 688, height: 1000 }

describe.skipIf(executablePath === undefined)('the HTML report in a browser', () => {
  let folder: string
  let browser: Browser

  beforeAll(async () => {
    folder = mkdtempSync('/tmp/rollcall-')
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: QUIET })
  })

  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  describe.each(Object.entries(PAGES))('%s', (name, source) => {
    const said: string[] = []
    const asked: string[] = []
    let url: string
    let page: Page

    beforeAll(async () => {
      const file = join(folder, `${name}.html`)
      writeFileSync(file, source)
      url = pathToFileURL(file).href
      page = await browser.newPage({ viewport: PHONE })
      page.on('console', (message) => said.push(message.text()))
      page.on('pageerror', (error) => said.push(String(error)))
      page.on('dialog', (dialog) => said.push(dialog.message()))
      page.on('request', (request) => asked.push(request.url()))
      await page.route('**/*', (route) =>
        route.request().url() === url ? route.continue() : route.abort(),
      )
      await page.goto(url)
    })

    afterAll(() => page?.close())

    test('asks for nothing but the file, and has nothing to complain about', () => {
      expect(asked).toEqual([url])
      expect(said).toEqual([])
    })

    test('fits a phone: nothing is cut off, nothing scrolls sideways', async () => {
      expect(await page.evaluate(cutOff)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        PHONE.width,
      )
    })

    // Thousands of rows look like one.
    if (['two-thousand-findings', 'access of 300 people to 40 inboxes'].includes(name)) return

    test('is legible in the light and in the dark', async () => {
      const grounds: string[] = []
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        expect(await page.evaluate(illegible)).toEqual([])
        grounds.push(await page.evaluate(ground))
      }
      // Also what shows that the page's own policy lets its own style through.
      expect(grounds).toEqual(['rgb(245, 246, 248)', 'rgb(18, 22, 27)'])
    })

    test('loses nothing on paper, and is printed dark on white', async () => {
      await page.setViewportSize(PAPER)
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
      expect(await page.evaluate(cutOff)).toEqual([])
      expect(await page.evaluate(unseen)).toEqual([])
      expect(await page.evaluate(illegible)).toEqual([])
      expect(await page.evaluate(ground)).toBe('rgb(255, 255, 255)')
      expect(await page.evaluate(broken)).toEqual([])
    })
  })

  test('cells of people and inboxes are lists of names on a phone', async () => {
    const page = await browser.newPage({ viewport: PHONE })
    await page.goto(pathToFileURL(join(folder, 'access of everybody.html')).href)
    const row = page.locator('.matrix > li', { hasText: 'ken@acme.com' })
    const cells = row.locator('svg')
    const names = row.locator('.named')
    const width = async () => (await names.boundingBox())?.width
    expect([await cells.isVisible(), await names.textContent()]).toEqual([
      false,
      'Mail #2 (their own conversations and those they take part in)',
    ])
    expect(await width()).toBeGreaterThan(200)
    await page.setViewportSize({ width: 1200, height: 900 })
    expect([await cells.isVisible(), await width()]).toEqual([true, 1])
    await page.close()
  })

  test('hostile names are text that a person reads', async () => {
    const page = await browser.newPage({ viewport: PHONE })
    await page.goto(pathToFileURL(join(folder, 'hostile-names.html')).href)
    const seen = '<script>alert(1)</script> =HYPERLINK("http://e") \\u{202e}gpj ]]>'
    expect(await page.locator('h2', { hasText: seen }).isVisible()).toBe(true)
    await page.close()
  })
})

// What follows runs inside the page. Only this much of a browser is spoken of here, so that the
// rest of the project is not compiled as if it ran in one.

interface Shown {
  readonly tagName: string
  readonly className: unknown
  readonly textContent: string
  readonly outerHTML: string
  readonly clientWidth: number
  readonly scrollWidth: number
  readonly parentElement: Shown | null
  readonly childNodes: Iterable<{ readonly nodeName: string; readonly nodeValue: string | null }>
  getBoundingClientRect(): { readonly right: number }
  getClientRects(): { readonly length: number }
}

declare const document: {
  readonly documentElement: Shown
  querySelectorAll(selectors: string): Iterable<Shown>
}

declare function getComputedStyle(element: Shown): {
  readonly color: string
  readonly backgroundColor: string
  readonly overflowX: string
}

/** Short names in the cells of tables that are broken inside of a word. */
function broken(): string[] {
  return [...document.querySelectorAll('td bdi, tbody th bdi')]
    .filter((name) => /^[\w.@-]{1,20}$/.test(name.textContent) && name.getClientRects().length > 1)
    .map((name) => name.textContent)
}

/** Elements that reach over the right edge, or hide a part of what they hold. */
function cutOff(): readonly string[] {
  const edge = document.documentElement.clientWidth + 0.5
  // What is one pixel wide is there for screen readers only, as is the row of headings on a phone.
  return [...document.querySelectorAll('body *:not(thead, thead *, defs, defs *)')]
    .filter((each) => {
      const hides = getComputedStyle(each).overflowX !== 'visible'
      return (
        each.getBoundingClientRect().right > edge ||
        (hides && each.clientWidth > 1 && each.scrollWidth > each.clientWidth)
      )
    })
    .map((each) => each.outerHTML.slice(0, 200))
}

/** Content without a place on the page. The list of sections is no use on paper. */
function unseen(): readonly string[] {
  return [...document.querySelectorAll('main *:not(.account nav, .account nav *, br)')]
    .filter((each) => each.textContent !== '' && each.getClientRects().length === 0)
    .map((each) => each.outerHTML.slice(0, 200))
}

/** Texts whose contrast with their ground is less than WCAG AA asks for. */
function illegible(): readonly string[] {
  const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = channels(color).map((each) => {
      const share = each / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const behind = (element: Shown | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return channels(backgroundColor)[3] === 0 ? behind(element.parentElement) : backgroundColor
  }
  return [...document.querySelectorAll('body *')]
    .filter(({ childNodes }) =>
      [...childNodes].some((each) => each.nodeName === '#text' && each.nodeValue?.trim() !== ''),
    )
    .map((each) => {
      const pair = [getComputedStyle(each).color, behind(each)].map(luminance)
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)
      return contrast < 4.5 ? `${each.tagName}.${each.className} ${contrast.toFixed(2)}` : ''
    })
    .filter((each) => each !== '')
}

function ground(): string {
  const [body] = document.querySelectorAll('body')
  return body === undefined ? '' : getComputedStyle(body).backgroundColor
}
