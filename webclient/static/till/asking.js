/** The till's questions, fetched ahead of the first one: nobody is asked anything before signing in. */

/** @typedef {import('./till.js').Till} Till */
/** @import {Article, Customer, Reasons} from '../lib/types.js' */

/**
 * What a verb may have to ask the cashier; null means never mind.
 * @typedef {object} Questions
 * @property {(code: string, candidates: Article[]) => Promise<Article|null>} whichArticle
 * @property {() => Promise<Customer|null>} whichCustomer
 * @property {(question: string, yes: string) => Promise<boolean>} sure
 * @property {(question: import('./amount-dialog.js').Question) => Promise<import('./amount-dialog.js').Answer|null>} howMuch
 * @property {(question: string, answers: string[]) => Promise<string|null>} which
 * @property {(title: string, reasons: Reasons) => Promise<string|null>} why
 * @property {(title: string, label: string) => Promise<string|null>} words
 * @property {typeof import('./return-dialog.js').askWhatComesBack} whatComesBack
 * @property {typeof import('./leave-dialog.js').askLeave} leave
 * @property {typeof import('./pin-dialog.js').askNewPin} newPin
 */

export async function fetchQuestions() {
  await Promise.all([import('./questions.js'), import('./menu.js'), import('./status.js')])
}

/**
 * @param {() => Till} till  built after its questions
 * @returns {Questions}
 */
export function questions(till) {
  const asked = async () => (await import('./questions.js')).questions(till)
  return {
    whichArticle: async (...about) => (await asked()).whichArticle(...about),
    whichCustomer: async () => (await asked()).whichCustomer(),
    sure: async (...about) => (await asked()).sure(...about),
    howMuch: async (...about) => (await asked()).howMuch(...about),
    which: async (...about) => (await asked()).which(...about),
    why: async (...about) => (await asked()).why(...about),
    words: async (...about) => (await asked()).words(...about),
    whatComesBack: async (...about) => (await asked()).whatComesBack(...about),
    leave: async (...about) => (await asked()).leave(...about),
    newPin: async (...about) => (await asked()).newPin(...about),
  }
}

/** @param {Till} till */
export const showMenu = async (till) => (await import('./menu.js')).showMenu(till)

/** @param {Till} till */
export const showStatus = async (till) => (await import('./status.js')).showStatus(till)
