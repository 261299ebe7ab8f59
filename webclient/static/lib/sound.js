/**
 * The register's own two tones. The scanner's beep only says that it has read something; these say
 * whether the register took it. They differ in pitch, length and number, so a busy ear cannot mix them.
 */

/** How loud, as a share of the usual; a refusal is heard at each of them. @type {Record<string, number>} */
export const LOUDNESS = { low: 0.35, normal: 1, high: 2.5 }

export class Sounds {
  /** @type {AudioContext|null} */
  #context = null

  /**
   * @param {() => boolean} muted  silences the good tone only: a refusal is always heard
   * @param {() => string} loudness  a name in LOUDNESS; another is the usual one
   */
  constructor(muted = () => false, loudness = () => 'normal') {
    this.muted = muted
    this.loudness = loudness
  }

  accepted() {
    if (!this.muted()) this.#tone(1320, 0, 0.07, 'sine')
  }

  rejected() {
    this.#tone(220, 0, 0.16, 'square')
    this.#tone(175, 0.2, 0.26, 'square')
  }

  /**
   * @param {number} hertz
   * @param {number} after_s
   * @param {number} long_s
   * @param {OscillatorType} shape
   */
  #tone(hertz, after_s, long_s, shape) {
    const context = (this.#context ??= new AudioContext())
    void context.resume()
    const from = context.currentTime + after_s
    const volume = context.createGain()
    const loud = LOUDNESS[this.loudness()] ?? 1
    volume.gain.setValueAtTime((shape === 'square' ? 0.12 : 0.25) * loud, from) // a square tone sounds twice as loud
    volume.gain.setTargetAtTime(0, from + long_s * 0.7, long_s * 0.1) // a soft end, or the speaker clicks
    const tone = context.createOscillator()
    tone.type = shape
    tone.frequency.value = hertz
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + long_s)
  }
}
