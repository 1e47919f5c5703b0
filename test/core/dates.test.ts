/** Days of the calendar: which texts are one, when a last day has passed, and when it is near. */
import { expect, test } from 'vitest'
import { addDays, endsSoon, isDay, isOver } from '../../src/core/model/dates.ts'

test.each(['2026-11-23', '2028-02-29', '0001-01-01', '9999-12-31'])('%s is a day', (text) => {
  expect(isDay(text)).toBe(true)
})

test.each([
  '2027-02-29',
  '2026-11-31',
  '2026-13-01',
  '2026-00-10',
  '2026-1-1',
  '',
  'tomorrow',
  '2026-11-23 ',
])('%j is no day', (text) => {
  expect(isDay(text)).toBe(false)
})

test('days are counted across months and leap years', () => {
  expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
  expect(addDays('2026-12-31', 14)).toBe('2027-01-14')
})

test('the last day is not over, and none never is', () => {
  expect([isOver('2026-11-23', '2026-11-23'), isOver('2026-11-22', '2026-11-23')]).toEqual([
    false,
    true,
  ])
  expect(isOver(null, '2026-11-23')).toBe(false)
})

test('an end is near from so many days ahead to the day itself', () => {
  const near = (last: string) => endsSoon(last, '2026-11-23', 14)
  expect(['2026-11-22', '2026-11-23', '2026-12-07', '2026-12-08'].map(near)).toEqual([
    false,
    true,
    true,
    false,
  ])
})
