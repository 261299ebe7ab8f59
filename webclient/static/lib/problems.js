/** Says what went wrong, in the cashier's language where the code has a text, else in the register's own words. */
import { figures, maybe, t } from '../i18n/index.js'
import { NoAnswer, Problem } from './api.js'

/** @param {unknown} error */
export function sentence(error) {
  if (error instanceof NoAnswer) return t('problem.no-answer')
  if (!(error instanceof Problem)) throw error
  if (error.code === 'locked-out' && error.retry_after_s !== null) {
    return t('sign-in.wait', { minutes: Math.max(1, Math.ceil(error.retry_after_s / 60)) })
  }
  const said = maybe(`problem.${error.code}`) ?? t('problem.unknown', { detail: error.detail })
  const { available } = error.body // what a limit or a balance still allows
  return typeof available === 'number' ? `${said} ${t('problem.available', { amount: figures().money(available) })}` : said
}
