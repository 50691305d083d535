/** A clock of a time zone. Moments are in milliseconds, as `Date.now` has them; local times as an input for date and time. */

const DAY = 24 * 60 * 60 * 1000;

/** The local time in the zone without its offset, as if it were a moment. */
const localOf = (moment, zone) => Date.parse(`${new Date(moment).toLocaleString("sv", { timeZone: zone }).replace(" ", "T")}Z`);

export class ZoneClock {
  /** `now` is the server's time, at this moment, with the offset of `zone`: `2027-01-31T10:00:00+01:00`. */
  constructor({ zone, now }) {
    this.zone = zone;
    const moment = Date.parse(now);
    this.ahead = moment - Date.now();
    this.offset = Date.parse(`${now.slice(0, 19)}Z`) - moment;
    try {
      localOf(moment, zone);
    } catch {
      this.zone = null; // newer than the browser, which then knows only the present offset
    }
  }

  /** The present moment, as the server has it, also after hours in which the computer slept. */
  get now() {
    return Date.now() + this.ahead;
  }

  /** The local time that the zone's clocks show at `moment`. */
  show(moment) {
    return new Date(moment + this.offsetAt(moment)).toISOString().slice(0, 16);
  }

  /** The moment of a local time. NaN if it is none. At a change of clocks it is the one that the server takes (RFC 5545):
      the first of a time that comes twice, or the second where `isSecond`; 03:30 for 02:30, which is skipped. */
  read(text, isSecond = false) {
    const local = Date.parse(`${text}Z`);
    if (Number.isNaN(local)) return NaN;
    const [first, second] = [local - DAY, local + DAY].map((near) => local - this.offsetAt(near));
    const isShown = (moment) => moment + this.offsetAt(moment) === local;
    return isShown(second) && (isSecond || !isShown(first)) ? second : first;
  }

  /** The local time of the next day at nine. */
  get tomorrow() {
    return `${new Date(this.now + this.offsetAt(this.now) + DAY).toISOString().slice(0, 10)}T09:00`;
  }

  offsetAt(moment) {
    const second = Math.floor(moment / 1000) * 1000;
    return this.zone ? localOf(second, this.zone) - second : this.offset;
  }
}
