/** Loaded before a program (`node --import`): prints its peak memory at exit. */
import { writeSync } from 'node:fs'

process.on('exit', () => writeSync(2, `\npeak KiB ${process.resourceUsage().maxRSS}\n`))
