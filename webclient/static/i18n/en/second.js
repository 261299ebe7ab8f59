/** In English: the customer's screen. */
export const second = {
  'second.title': "Customer's screen",
  'second.welcome': 'Welcome',
  'second.thanks': 'Thank you!',
  'second.left': 'Left to pay',
  'second.change': 'Your change',
  'second.back': 'Back to you',
}
