import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { ZoneClock } from "../../galley/publishing/static/publishing/zone-clock.js";

const HOUR = 60 * 60 * 1000;

/** Returns the clock of a page that was loaded at `now`, by a computer whose clock is 12 minutes late. */
function load(zone, now) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["Date"], now: Date.parse(now) - HOUR / 5 });
  return new ZoneClock({ zone, now });
}

const sleep = (time) => mock.timers.setTime(Date.now() + time);

test("a page that was left open knows the time and the day", () => {
  const clock = load("Europe/Berlin", "2027-02-27T23:30:10+01:00");
  assert.equal(clock.show(clock.now), "2027-02-27T23:30");
  assert.equal(clock.tomorrow, "2027-02-28T09:00");
  sleep(HOUR);
  assert.equal(clock.show(clock.now), "2027-02-28T00:30");
  assert.equal(clock.tomorrow, "2027-03-01T09:00");
  assert.ok(clock.read("2027-02-28T00:30") <= clock.now);
  assert.ok(clock.read("2027-02-28T00:31") > clock.now);
});

test("it knows it after a change of clocks, too", () => {
  const clock = load("Europe/Berlin", "2027-03-27T22:30:00+01:00");
  sleep(25 * HOUR);
  assert.equal(clock.show(clock.now), "2027-03-29T00:30");
  assert.equal(clock.tomorrow, "2027-03-30T09:00");
  assert.equal(clock.read("2027-03-28T09:00"), Date.parse("2027-03-28T07:00Z"));
});

test("local times around a change of clocks are read as RFC 5545 has it", () => {
  for (const [zone, now, ...times] of [
    ["Europe/Berlin", "2027-03-01T10:00:00+01:00", "03-28T01:59", "03-28T00:59Z", "03-28T02:30", "03-28T01:30Z", "03-28T03:00", "03-28T01:00Z"],
    ["Europe/Berlin", "2027-10-01T10:00:00+02:00", "10-31T01:59", "10-30T23:59Z", "10-31T02:30", "10-31T00:30Z", "10-31T03:00", "10-31T02:00Z"],
    ["America/New_York", "2027-03-01T10:00:00-05:00", "03-14T01:59", "03-14T06:59Z", "03-14T02:30", "03-14T07:30Z", "03-14T03:00", "03-14T07:00Z"],
    ["Australia/Lord_Howe", "2027-03-01T10:00:00+11:00", "04-04T01:45", "04-03T14:45Z", "04-04T02:00", "04-03T15:30Z"],
    ["Asia/Kolkata", "2027-03-01T10:00:00+05:30", "03-28T02:30", "03-27T21:00Z"],
  ]) {
    const clock = load(zone, now);
    for (let i = 0; i < times.length; i += 2) assert.equal(clock.read(`2027-${times[i]}`), Date.parse(`2027-${times[i + 1]}`), `${zone} ${times[i]}`);
  }
});

test("the second of a time that comes twice can be read, too", () => {
  const clock = load("Europe/Berlin", "2027-10-01T10:00:00+02:00");
  assert.equal(clock.read("2027-10-31T02:30", true), Date.parse("2027-10-31T01:30Z"));
  for (const time of ["2027-10-31T01:59", "2027-10-31T03:00", "2027-03-28T02:30", "2027-07-01T02:30"]) {
    assert.equal(clock.read(time, true), clock.read(time));
  }
});

test("a zone that is newer than the browser has its present offset", () => {
  const clock = load("America/Nowhere", "2027-02-27T23:30:00-03:00");
  sleep(HOUR);
  assert.equal(clock.show(clock.now), "2027-02-28T00:30");
  assert.equal(clock.tomorrow, "2027-03-01T09:00");
  assert.equal(clock.read("2027-02-28T00:00"), Date.parse("2027-02-28T03:00Z"));
});

test("what is no time is never past", () => {
  const clock = load("UTC", "2027-02-27T23:30:00+00:00");
  assert.equal(clock.read("") <= clock.now, false);
  assert.equal(clock.read("soon") <= clock.now, false);
});
