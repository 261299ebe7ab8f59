/** In Finnish: the customer's screen. */
/** @type {Record<keyof typeof import('../en/second.js').second, string>} */
export const second = {
  'second.title': 'Asiakasnäyttö',
  'second.welcome': 'Tervetuloa',
  'second.thanks': 'Kiitos!',
  'second.left': 'Maksamatta',
  'second.change': 'Takaisin',
  'second.back': 'Hyvitys',
}
