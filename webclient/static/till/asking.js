/** The till's questions, fetched ahead of the first one: nobody is asked anything before signing in. */

/** @typedef {import('./till.js').Till} Till */
/** @typedef {import('./desk.js').Questions} Questions */

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
  }
}

/** @param {Till} till */
export const showMenu = async (till) => (await import('./menu.js')).showMenu(till)

/** @param {Till} till */
export const showStatus = async (till) => (await import('./status.js')).showStatus(till)
