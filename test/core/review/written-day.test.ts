/** Days as people and spreadsheets write them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDays } from '../../../src/core/review/written-day.ts'

const readDay = (text: string) => readDays([text])[0]
const DAY = { is: 'day', day: '2026-11-23' }

test.each([
  '2026-11-23',
  ' 2026-11-23 ',
  '2026/11/23',
  '2026.11.23',
  '2026. 11. 23.',
  '2026-11-23T00:00:00Z',
  '2026-11-23 00:00',
  '23.11.2026',
  '23.11.26',
  '23/11/2026',
  '23/11/26',
  '11/23/2026',
  '11/23/26',
  '11/23/2026 12:00:00 AM',
  '23-11-2026',
  '23 November 2026',
  '23. Nov. 2026',
  '23-Nov-26',
  '23\u00a0nov.\u00a02026',
  'November 23, 2026',
  'Nov 23 2026',
  '46349',
])('%j can only be 23 November 2026', (text) => {
  expect(readDay(text)).toEqual(DAY)
})

test.each([
  ['1. März 2026', '2026-03-01'],
  ['1. Mrz 2026', '2026-03-01'],
  ['1 August 2026', '2026-08-01'],
  ['1 août 2026', '2026-08-01'],
  ['1 févr. 2026', '2026-02-01'],
  ['1 juin 2026', '2026-06-01'],
  ['1 juillet 2026', '2026-07-01'],
  ['1 Jul 2026', '2026-07-01'],
  ['1 Jan 2026', '2026-01-01'],
  ['1 avril 2026', '2026-04-01'],
  ['1 mai 2026', '2026-05-01'],
  ['1 September 2026', '2026-09-01'],
  ['1 Okt 2026', '2026-10-01'],
  ['1. Dezember 2026', '2026-12-01'],
  ['5.11.2026', '2026-11-05'],
  ['11/11/2026', '2026-11-11'],
])('%j is %s: English, German and French months are known', (text, day) => {
  expect(readDay(text)).toEqual({ is: 'day', day })
})

test.each([
  '',
  'today',
  '2026-11-31',
  '31/31/2026',
  '23-Nov',
  '23 Brumaire 2026',
  '13.13.2026',
  '1/2',
  '123456',
  '12345/1/1',
])('%j is no day', (text) => {
  expect(readDay(text)).toEqual({ is: 'unreadable' })
})

test.each([
  ['05/11/2026', ['2026-11-05', '2026-05-11']],
  ['5/11/26', ['2026-11-05', '2026-05-11']],
  ['05-11-2026', ['2026-11-05', '2026-05-11']],
  ['23-11-26', ['2026-11-23', '2023-11-26']],
])('%s can be two days, and is neither', (text, days) => {
  expect(readDay(text)).toEqual({ is: 'ambiguous', days })
})

describe('the other days of a column', () => {
  const days = (...texts: string[]) =>
    readDays(texts).map((each) => (each.is === 'day' ? each.day : each.is))

  test('settle what one can mean', () => {
    expect(days('05/11/2026', '23/11/2026')).toEqual(['2026-11-05', '2026-11-23'])
    expect(days('05/11/2026', '', '11/23/2026')).toEqual(['2026-05-11', 'unreadable', '2026-11-23'])
  })

  test('settle nothing if they contradict each other, or are written in another way', () => {
    expect(days('05/11/2026', '23/11/2026', '11/23/2026')[0]).toBe('ambiguous')
    expect(days('05/11/2026', '23-11-2026', '2026-11-23', '23.11.2026')[0]).toBe('ambiguous')
  })
})

test('no way to write a day is ever read as another day', () => {
  const date = fc.date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('2099-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(fc.array(date, { minLength: 1, maxLength: 5 }), fc.nat(6), (dates, way) => {
      const isos = dates.map((each) => each.toISOString().slice(0, 10))
      const texts = isos.map((iso) => {
        const [y = '', m = '', d = ''] = iso.split('-')
        const ways = [iso, `${d}.${m}.${y}`, `${d}/${m}/${y}`, `${m}/${d}/${y}`, `${y}/${m}/${d}`]
        return [...ways, `${d}.${m}.${y.slice(2)}`, `${m}/${d}/${y.slice(2)}`][way] ?? ''
      })
      for (const [index, each] of readDays(texts).entries()) {
        if (each.is === 'day') expect(each.day).toBe(isos[index])
        else expect(each.is === 'ambiguous' && each.days).toContain(isos[index])
      }
    }),
  )
})
