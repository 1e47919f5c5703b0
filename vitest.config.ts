import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The transcripts run the built program.
    globalSetup: ['test/build.ts'],
    testTimeout: 60_000,
    coverage: {
      include: ['src/**'],
      // The real process: what it does is seen by the transcripts, in a process of its own.
      exclude: ['src/bin.ts'],
      reporter: ['text-summary', 'html'],
      thresholds: {
        'src/{core,views}/**': { branches: 100, functions: 100, lines: 100, statements: 100 },
        'src/**': { branches: 90, functions: 90, lines: 90, statements: 90 },
      },
    },
  },
})
