/**
 * Takes the picture of the HTML report in the README: `docs/report.png`, from the demo. Needs a build
 * and Chromium (path in CHROMIUM, or /usr/bin/chromium).
 */
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { planDemo } from '../build/commands/demo.js'
import { renderHtml } from '../build/views/html/report.js'

// A fixed time and server, so that the picture is always the same.
const now = () => new Date('2026-11-23T08:00:00.000Z')
const silent = { isTerminal: false, write: async () => undefined }
const report = await planDemo({
  stdin: process.stdin,
  stdout: silent,
  stderr: silent,
  env: {},
  cwd: '.',
  now,
  sleep: async () => undefined,
  random: () => 0.5,
  signal: new AbortController().signal,
})
const accounts = report.accounts.map((account) => ({
  ...account,
  server: 'https://chat.northwind.example',
}))

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1060 } })
  await page.setContent(renderHtml({ ...report, accounts }))
  const path = fileURLToPath(new URL('../docs/report.png', import.meta.url))
  await page.screenshot({ path })
  console.log(path)
} finally {
  await browser.close()
}
